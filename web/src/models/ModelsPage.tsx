import { AdminPage } from "../admin/AdminPage";
import { usePageActions } from "../shell/actions";
import { oneOf, setQuery, useLocation } from "../shell/router";
import { Button } from "../ui/Button";
import { ChoiceChips } from "../ui/Search";
import { Budgets } from "./Budgets";
import { Models } from "./Models";
import { PolicyCard } from "./PolicyCard";
import { UsagePart } from "./UsagePart";

/** Which models agents may ask, what they may spend, and what they did. */
export function ModelsPage() {
  const { query } = useLocation();
  const part = oneOf(query.get("show"), "models", "budgets", "usage", "policy");
  const make = (what: string) => () => setQuery({ edit: null, dialog: what });
  const addProvider = make("provider");
  const addBudget = make("budget");
  usePageActions([
    ...(part === "models"
      ? [
        {
          id: "provider",
          label: "New provider…",
          icon: "plus" as const,
          key: "a",
          run: addProvider,
        },
        { id: "model", label: "New model…", icon: "plus" as const, key: "m", run: make("model") },
      ]
      : []),
    ...(part === "budgets"
      ? [{ id: "budget", label: "New budget…", icon: "plus" as const, key: "a", run: addBudget }]
      : []),
  ]);
  return (
    <AdminPage
      title="Models"
      lead="Without a model everything works by rules; with one, agents can ask it"
      actions={part === "models"
        ? (
          <>
            <Button icon="plus" onClick={addProvider}>New provider</Button>
            <Button kind="primary" icon="plus" onClick={make("model")}>New model</Button>
          </>
        )
        : part === "budgets" && (
          <Button kind="primary" icon="plus" onClick={addBudget}>New budget</Button>
        )}
    >
      <div className="filters">
        <ChoiceChips
          label="Show"
          name="show"
          choices={[
            ["models", "Providers and models"],
            ["budgets", "Budgets"],
            ["usage", "Usage"],
            ["policy", "Data policy"],
          ]}
        />
      </div>
      {part === "models" && <Models />}
      {part === "budgets" && <Budgets />}
      {part === "usage" && <UsagePart />}
      {part === "policy" && <PolicyCard />}
    </AdminPage>
  );
}
