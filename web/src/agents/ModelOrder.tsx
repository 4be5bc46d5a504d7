import { useQuery } from "../api/query";
import type { Page as ListOf } from "../api/types";
import type { ConfiguredModel } from "../models/types";
import { Link } from "../shell/router";
import { IconButton } from "../ui/Button";
import { moved } from "./settings";

interface Props {
  chosen: string[];
  mayEdit: boolean;
  error: string | undefined;
  onChange: (models: string[]) => void;
}

/** Which models are asked, the first that answers decides. */
export function ModelOrder({ chosen, mayEdit, error, onChange }: Props) {
  const models = useQuery<ListOf<ConfiguredModel>>(mayEdit ? "/api/models" : null);
  const known = (models.data?.items ?? []).filter((each) => each.purpose === "chat");
  const left = known.filter((each) => !chosen.includes(each.name));
  return (
    <div className={error ? "field field-wrong model-order" : "field model-order"}>
      <h3 className="field-label">Models to ask, in this order</h3>
      {chosen.length > 0 && (
        <ol>
          {chosen.map((name, index) => {
            const model = known.find((each) => each.name === name);
            return (
              <li key={name}>
                <span className="num faint">{index + 1}</span>
                <span className="grow">
                  <strong>{name}</strong> {model && <code className="faint">{model.model}</code>}
                  {models.data && !model && <span className="rate-word">is not configured</span>}
                  {model && !model.enabled && <span className="rate-word">is off</span>}
                </span>
                {mayEdit && (
                  <>
                    <IconButton
                      icon="up"
                      label={`Ask ${name} earlier`}
                      disabled={index === 0}
                      onClick={() => onChange(moved(chosen, index, -1))}
                    />
                    <IconButton
                      icon="down"
                      label={`Ask ${name} later`}
                      disabled={index === chosen.length - 1}
                      onClick={() => onChange(moved(chosen, index, 1))}
                    />
                    <IconButton
                      icon="close"
                      label={`Do not ask ${name}`}
                      onClick={() => onChange(chosen.filter((each) => each !== name))}
                    />
                  </>
                )}
              </li>
            );
          })}
        </ol>
      )}
      {chosen.length === 0 && <p className="faint">None is chosen.</p>}
      {mayEdit && left.length > 0 && (
        <select
          className="input select"
          aria-label="Add a model to ask"
          value=""
          onChange={(event) => event.target.value && onChange([...chosen, event.target.value])}
        >
          <option value="">add a model…</option>
          {left.map((each) => (
            <option key={each.id} value={each.name}>
              {each.name} ({each.model}){each.enabled ? "" : ", off"}
            </option>
          ))}
        </select>
      )}
      {mayEdit && models.data && known.length === 0 && (
        <p className="faint">
          No model is configured. <Link to="/admin/models">Add a provider and a model</Link> first.
        </p>
      )}
      {error && <p className="field-error" role="alert">{error}</p>}
    </div>
  );
}
