import { Page } from "../ui/Page";
import { Empty } from "../ui/States";
import { Link } from "./router";

export function NotFound() {
  return (
    <Page title="Not found">
      <div className="card">
        <Empty
          icon="search"
          title="There is no such page"
          action={<Link className="button button-primary" to="/orders">Go to the orders</Link>}
        >
          The address may be mistyped, or what it named is gone.
        </Empty>
      </div>
    </Page>
  );
}
