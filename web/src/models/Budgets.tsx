import { useState } from "react";
import { patch, post } from "../api/client";
import { invalidate, useQuery } from "../api/query";
import type { AgentSummary, Page as ListOf } from "../api/types";
import { setQuery, useLocation } from "../shell/router";
import { useSending } from "../ui/action";
import { Button } from "../ui/Button";
import { Meter } from "../ui/Data";
import { useEdited } from "../ui/edited";
import { SelectField, TextField } from "../ui/Field";
import { FormDialog } from "../ui/FormDialog";
import { count, date, humanise, percent } from "../ui/format";
import { Icon, type IconName } from "../ui/Icon";
import { ListCard } from "../ui/ListCard";
import { usePages } from "../ui/pages";
import { RemoveDialog } from "../ui/RemoveDialog";
import { RowButton } from "../ui/RowButton";
import { Empty } from "../ui/States";
import { toast } from "../ui/Toast";
import type { Budget, ModelPolicy } from "./types";
import { amount, type BudgetState, budgetState, type Share, shareOf } from "./usage";

const LIST = "/api/models/budgets";
const idOf = (budget: Budget) => budget.id;

const LOOK: Record<BudgetState, [string, IconName, string]> = {
  good: ["Enough left", "check", "delivered"],
  soon: ["Nearly used", "alarm", "dispatched"],
  over: ["Used up: rules decide", "stop", "failed"],
};

const nameOf = (budget: Budget) => budget.agent ? humanise(budget.agent) : "All agents together";

/** What agents may spend in a day or a month, and how much of it is left. */
export function Budgets() {
  const { query } = useLocation();
  const pages = usePages<Budget>(LIST, idOf, 10_000);
  const edited = useEdited(pages.items);
  const policy = useQuery<ModelPolicy>("/api/models/policy");
  const currency = policy.data?.currency ?? "EUR";
  const [removing, setRemoving] = useState<Budget | null>(null);
  const close = () => setQuery({ dialog: null, edit: null });
  return (
    <>
      <ListCard
        pages={pages}
        one="budget"
        empty={
          <Empty
            icon="shield"
            title="No budgets yet"
            action={
              <Button kind="primary" onClick={() => setQuery({ dialog: "budget" })}>
                Set the first
              </Button>
            }
          >
            Without one, each run of an agent has its own limit only. When a budget is used up,
            agents decide by their rules until the next day or month.
          </Empty>
        }
      >
        <ul className="budgets">
          {pages.items.map((each) => (
            <BudgetRow
              key={each.id}
              budget={each}
              currency={currency}
              onEdit={() => edited.open(each.id)}
              onRemove={() => setRemoving(each)}
            />
          ))}
        </ul>
      </ListCard>
      {query.get("dialog") === "budget" && (
        <BudgetDialog budget={null} currency={currency} onClose={close} />
      )}
      {edited.row && (
        <BudgetDialog
          key={edited.row.id}
          budget={edited.row}
          currency={currency}
          onClose={close}
        />
      )}
      {removing && (
        <RemoveDialog
          row={{ id: removing.id, name: `the budget of ${nameOf(removing).toLowerCase()}` }}
          list={LIST}
          onClose={() => setRemoving(null)}
        >
          There is no such limit any more.
        </RemoveDialog>
      )}
    </>
  );
}

interface RowProps {
  budget: Budget;
  currency: string;
  onEdit: () => void;
  onRemove: () => void;
}

function BudgetRow({ budget, currency, onEdit, onRemove }: RowProps) {
  const [word, icon, tone] = LOOK[budgetState(budget)];
  const money = (value: number) => amount(String(value), currency);
  const cost = shareOf(
    Number(budget.spent.cost),
    budget.cost === null ? null : Number(budget.cost),
  );
  const tokens = shareOf(budget.spent.tokens, budget.tokens);
  return (
    <li className="budget">
      <div className="budget-head">
        <h2>{nameOf(budget)}</h2>
        <span className="faint">a {budget.period}, since {date(budget.from)}</span>
        <span className={`status status-${tone}`}>
          <Icon name={icon} size={15} />
          {word}
        </span>
        <span className="row-buttons">
          <RowButton does="Change…" of={`the budget of ${nameOf(budget)}`} onPress={onEdit} />
          <RowButton does="Remove…" of={`the budget of ${nameOf(budget)}`} onPress={onRemove} />
        </span>
      </div>
      {cost && <BudgetBar what="Money" share={cost} say={money} />}
      {tokens && <BudgetBar what="Tokens" share={tokens} say={count} />}
    </li>
  );
}

interface BarProps {
  what: string;
  share: Share;
  say: (value: number) => string;
}

function BudgetBar({ what, share, say }: BarProps) {
  return (
    <div className="budget-bar">
      <span>{what}</span>
      <Meter
        value={share.share}
        limit={0.8}
        label={`${what}: ${percent(share.share)} of the budget used`}
      />
      <span className="num">
        {say(share.used)} of {say(share.limit)} used ({percent(share.share)}), {say(share.left)}
        {" "}
        left
      </span>
    </div>
  );
}

interface DialogProps {
  budget: Budget | null;
  currency: string;
  onClose: () => void;
}

function BudgetDialog({ budget, currency, onClose }: DialogProps) {
  const found = useQuery<ListOf<AgentSummary>>("/api/agents?limit=200");
  const agents = found.data?.items ?? [];
  const [agent, setAgent] = useState(budget?.agent ?? "");
  const [period, setPeriod] = useState(budget?.period ?? "day");
  const [cost, setCost] = useState(budget?.cost ?? "");
  const [tokens, setTokens] = useState(budget?.tokens === null ? "" : String(budget?.tokens ?? ""));
  const sending = useSending("/agent", "/period", "/cost", "/tokens");
  const submit = () => {
    const wrong: Record<string, string> = {};
    if (!cost.trim() && !tokens.trim()) wrong["/cost"] = "Money, tokens or both.";
    if (cost.trim() && !/^\d{1,12}(\.\d{1,6})?$/.test(cost.trim())) {
      wrong["/cost"] = "An amount such as 5.00";
    }
    if (tokens.trim() && !/^\d{1,12}$/.test(tokens.trim())) wrong["/tokens"] = "A whole number";
    return sending.send(async () => {
      const limits = {
        cost: cost.trim() || null,
        tokens: tokens.trim() ? Number(tokens) : null,
      };
      if (budget) await patch(`${LIST}/${budget.id}`, limits);
      else await post(LIST, { period, ...(agent ? { agent } : {}), ...limits });
      invalidate(LIST);
      toast("The budget is set");
      onClose();
    }, wrong);
  };
  return (
    <FormDialog
      title={budget ? `Budget of ${nameOf(budget).toLowerCase()}` : "New budget"}
      sending={sending}
      submit={budget ? "Save" : "Set it"}
      leave="Leave it"
      onSubmit={submit}
      onClose={onClose}
    >
      {!budget && (
        <div className="grid-2">
          <SelectField
            label="Of"
            value={agent}
            error={sending.errorAt("/agent")}
            onChange={(event) => setAgent(event.target.value)}
          >
            <option value="">all agents together</option>
            {agents.map((each) => (
              <option key={each.name} value={each.name}>{humanise(each.name)}</option>
            ))}
          </SelectField>
          <SelectField
            label="For a"
            value={period}
            error={sending.errorAt("/period")}
            onChange={(event) => setPeriod(event.target.value as "day" | "month")}
          >
            <option value="day">day (of UTC)</option>
            <option value="month">month (of UTC)</option>
          </SelectField>
        </div>
      )}
      <div className="grid-2">
        <TextField
          label="Money (optional)"
          unit={currency}
          inputMode="decimal"
          placeholder="5.00"
          value={cost}
          error={sending.errorAt("/cost")}
          onChange={(event) => setCost(event.target.value)}
        />
        <TextField
          label="Tokens (optional)"
          inputMode="numeric"
          value={tokens}
          error={sending.errorAt("/tokens")}
          onChange={(event) => setTokens(event.target.value)}
        />
      </div>
      <p className="faint">
        At 80 % and at 100 % administrators are told. When it is used up, agents decide by rules.
      </p>
    </FormDialog>
  );
}
