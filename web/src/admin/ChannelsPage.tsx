import { usePageActions } from "../shell/actions";
import { setQuery, useLocation } from "../shell/router";
import { Button } from "../ui/Button";
import { ChoiceChips } from "../ui/Search";
import { AdminPage } from "./AdminPage";
import { Deliveries } from "./Deliveries";
import { Escalations } from "./Escalations";
import { Targets } from "./Targets";

type Part = "targets" | "escalations" | "deliveries";

/** Where messages go outside, who is told next when nobody answers, and what became of each. */
export function ChannelsPage() {
  const { query } = useLocation();
  const part = (query.get("show") ?? "targets") as Part;
  const make = () => setQuery({ edit: "new" });
  usePageActions(
    part === "deliveries" ? [] : [{
      id: "new",
      label: part === "targets" ? "New target…" : "New escalation…",
      icon: "plus",
      key: "a",
      run: make,
    }],
  );
  return (
    <AdminPage
      title="Channels"
      actions={part !== "deliveries" && (
        <Button kind="primary" icon="plus" onClick={make}>
          {part === "targets" ? "New target" : "New escalation"}
        </Button>
      )}
    >
      <div className="filters">
        <ChoiceChips
          label="Show"
          name="show"
          choices={[["targets", "Targets"], ["escalations", "Escalations"], [
            "deliveries",
            "Deliveries",
          ]]}
        />
      </div>
      {part === "targets" && <Targets />}
      {part === "escalations" && <Escalations />}
      {part === "deliveries" && <Deliveries />}
    </AdminPage>
  );
}
