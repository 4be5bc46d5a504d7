import { useId, useMemo, useState } from "react";
import { useQuery } from "../api/query";
import { Link } from "../shell/router";
import { useAction, useSending } from "../ui/action";
import { Button, IconButton } from "../ui/Button";
import { SelectField, TextField } from "../ui/Field";
import { FormDialog } from "../ui/FormDialog";
import { Icon, type IconName } from "../ui/Icon";
import { toast } from "../ui/Toast";
import { draw, GRAPH, intentScreen, keepGoal, remove, TOPICS } from "./api";
import { named, RELATIONS } from "./network";
import type { Edge, GraphNode, IntentGraph, NodeKind, Relation } from "./types";

export const KIND_LOOKS: Record<NodeKind, { word: string; many: string; icon: IconName }> = {
  goal: { word: "Goal", many: "Goals", icon: "flag" },
  intent: { word: "Intent", many: "Intents", icon: "target" },
  agent: { word: "Agent", many: "Agents", icon: "agents" },
  resource: { word: "Resource", many: "Resources", icon: "cube" },
};

export const kindOf = (node: string) => node.split(":")[0] as NodeKind;

/** All of the graph, for titles and for choosing from. */
export const useGraph = () => useNamed(GRAPH, 15_000);

/** A graph as the server walks it, with the titles that people know. */
export function useNamed(path: string | null, interval: number) {
  const found = useQuery<IntentGraph>(path, interval, TOPICS);
  const data = useMemo(() => found.data && named(found.data), [found.data]);
  return { ...found, data };
}

/** A node by its title, leading to where it is shown. */
export function NodeLink({ node, titles }: { node: string; titles: Map<string, GraphNode> }) {
  const kind = kindOf(node);
  const key = node.slice(node.indexOf(":") + 1);
  const found = titles.get(node);
  return (
    <span className="with-icon">
      <Icon name={KIND_LOOKS[kind]?.icon ?? "info"} size={15} />
      <Link
        to={kind === "intent"
          ? intentScreen(key)
          : `/intents/graph?node=${encodeURIComponent(node)}`}
      >
        {found?.title ?? key}
      </Link>
    </span>
  );
}

interface Props {
  node: string;
  edges: Edge[];
  writes: boolean;
}

/** What an intent hangs on, and what hangs on it. */
export function Edges({ node, edges, writes }: Props) {
  const graph = useGraph().data;
  const titles = new Map((graph?.nodes ?? []).map((each) => [each.node, each]));
  const [adding, setAdding] = useState(false);
  const { busy, act } = useAction();
  return (
    <>
      {edges.length === 0 && <p className="faint">It hangs on nothing yet.</p>}
      <ul className="edges">
        {edges.map((edge) => {
          const out = edge.from === node;
          const other = out ? edge.to : edge.from;
          const words = RELATIONS[edge.relation][out ? "out" : "in"];
          return (
            <li key={`${edge.from} ${edge.relation} ${edge.to}`}>
              <span className="faint">{words}</span>
              <NodeLink node={other} titles={titles} />
              {writes && edge.relation !== "acted-by" && (
                <IconButton
                  icon="close"
                  label={`Remove: ${words} ${titles.get(other)?.title ?? other}`}
                  disabled={busy}
                  onClick={() => act(() => remove(edge), "The edge is removed")}
                />
              )}
            </li>
          );
        })}
      </ul>
      {writes && (
        <div>
          <Button small icon="plus" onClick={() => setAdding(true)}>Add an edge</Button>
        </div>
      )}
      {adding && <EdgeDialog from={node} onClose={() => setAdding(false)} />}
    </>
  );
}

/** Which ends an intent's edges may have. */
export const ENDS: Record<Exclude<Relation, "acted-by">, NodeKind[]> = {
  serves: ["goal", "intent"],
  "depends-on": ["intent", "resource"],
  touches: ["resource"],
};

interface EndProps {
  relation: Relation;
  to: string;
  error?: string | undefined;
  /** Not offered: it is the other end. */
  except?: string;
  onChange: (relation: Relation, to: string) => void;
}

/** How and to what an edge leads: known nodes to choose from, and new ones by name. */
export function EndFields({ relation, to, error, except, onChange }: EndProps) {
  const list = useId();
  const graph = useGraph().data;
  const ends = ENDS[relation as keyof typeof ENDS] ?? [];
  const choices = (graph?.nodes ?? []).filter((each) =>
    ends.includes(each.kind) && each.node !== except
  );
  const known = graph?.nodes.find((each) => each.node === to);
  return (
    <>
      <SelectField
        label="It"
        value={relation}
        onChange={(event) => onChange(event.target.value as Relation, "")}
      >
        {Object.keys(ENDS).map((each) => (
          <option key={each} value={each}>{RELATIONS[each as Relation].out}</option>
        ))}
      </SelectField>
      <TextField
        label="What"
        list={list}
        maxLength={300}
        placeholder={ends.map((each) => `${each}:…`).join(" or ")}
        value={to}
        error={error}
        hint={known ? known.title : "Choose one, or name a new one"}
        onChange={(event) => onChange(relation, event.target.value.trim())}
      />
      <datalist id={list}>
        {choices.map((each) => <option key={each.node} value={each.node}>{each.title}</option>)}
      </datalist>
    </>
  );
}

function EdgeDialog({ from, onClose }: { from: string; onClose: () => void }) {
  const graph = useGraph().data;
  const [relation, setRelation] = useState<Relation>("serves");
  const [to, setTo] = useState("");
  const [title, setTitle] = useState("");
  const sending = useSending("/to", "/relation", "/title");
  const isNew = to.startsWith("goal:") && to.length > 5 &&
    graph?.nodes.some((each) => each.node === to) === false;
  return (
    <FormDialog
      title="Add an edge"
      sending={sending}
      submit="Add"
      leave="Leave it"
      onSubmit={() =>
        sending.send(async () => {
          if (isNew && title.trim()) await keepGoal({ key: to.slice(5), title: title.trim() });
          await draw({ from, relation, to });
          toast("The edge is added");
          onClose();
        }, to ? {} : { "/to": "Say what it leads to." })}
      onClose={onClose}
    >
      <EndFields
        relation={relation}
        to={to}
        except={from}
        error={sending.errorAt("/to")}
        onChange={(next, other) => {
          setRelation(next);
          setTo(other);
        }}
      />
      {isNew && (
        <TextField
          label="What the new goal is called"
          maxLength={200}
          value={title}
          error={sending.errorAt("/title")}
          onChange={(event) => setTitle(event.target.value)}
        />
      )}
    </FormDialog>
  );
}
