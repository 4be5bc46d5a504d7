import { useMemo, useState } from "react";
import { Combobox } from "../ui/Combobox";
import { Icon, type IconName } from "../ui/Icon";
import { matching, sourceWords } from "./predicate";
import type { Metric } from "./types";

interface Props {
  metrics: Metric[];
  value: Metric | null;
  onChange: (metric: Metric) => void;
}

const KINDS: Record<Metric["kind"], { word: string; icon: IconName }> = {
  records: { word: "records", icon: "orders" },
  metric: { word: "metric", icon: "chart" },
  series: { word: "time series", icon: "trace" },
};
const MOST = 40;

/** Finds what is measured among all that can be. */
export function MetricPicker({ metrics, value, onChange }: Props) {
  const [text, setText] = useState<string | null>(null);
  const found = useMemo(() => text === null ? [] : matching(metrics, text), [metrics, text]);
  const shown = useMemo(() => found.slice(0, MOST), [found]);
  return (
    <Combobox
      label="What is measured"
      placeholder="Search records, metrics and series"
      value={value?.name ?? ""}
      hint={value?.help || undefined}
      text={text}
      choices={shown}
      listClass="metric-list"
      keyOf={(metric) => metric.name}
      show={(metric) => (
        <>
          <span className="metric-name">
            <Icon name={KINDS[metric.kind].icon} size={15} />
            <span className="wrap">{metric.name}</span>
            <span className="faint">{KINDS[metric.kind].word}</span>
          </span>
          <span className="faint">{metric.help || sourceWords(metric.name)}</span>
        </>
      )}
      more={found.length > MOST && `${found.length - MOST} more: type to narrow it`}
      onText={setText}
      onChoose={onChange}
    />
  );
}
