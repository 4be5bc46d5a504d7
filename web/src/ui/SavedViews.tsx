import { type FormEvent, useState } from "react";
import { call, explain, post, Problem } from "../api/client";
import { useQuery } from "../api/query";
import type { SavedView } from "../api/kernel";
import type { Page } from "../api/types";
import { useMe } from "../shell/me";
import { navigate, useLocation } from "../shell/router";
import { useAction } from "./action";
import { Button, IconButton } from "./Button";
import { Dialog } from "./Dialog";
import { Check, TextField } from "./Field";
import { Icon } from "./Icon";
import { Skeleton } from "./States";

/** What of the address belongs to no view: dialogs and places within the page. */
const PASSING = ["import", "dialog", "views", "open", "step"];

function viewOf(query: URLSearchParams): string {
  const kept = new URLSearchParams(query);
  for (const name of PASSING) kept.delete(name);
  kept.sort();
  return kept.toString().replace(/%2C/g, ",");
}

/** Filters, sorting and columns under a name: one's own views, and those that others share. */
export function SavedViews({ page, path }: { page: string; path: string }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button icon="star" onClick={() => setOpen(true)}>Views</Button>
      {open && <Views page={page} path={path} onClose={() => setOpen(false)} />}
    </>
  );
}

function Views({ page, path, onClose }: { page: string; path: string; onClose: () => void }) {
  const me = useMe();
  const { query } = useLocation();
  const here = viewOf(query);
  const views = useQuery<Page<SavedView>>(`/api/me/views?page=${encodeURIComponent(page)}`);
  const [name, setName] = useState("");
  const [shared, setShared] = useState(false);
  const [asked, setAsked] = useState(false);
  const { busy, act } = useAction();
  const unknown = views.error instanceof Problem && views.error.status === 404;
  const items = views.data?.items ?? [];
  const own = items.filter((each) => !each.owner || each.owner.id === me?.account.id);
  const others = items.filter((each) => !own.includes(each));
  const save = async (event: FormEvent) => {
    event.preventDefault();
    setAsked(true);
    if (!name.trim()) return;
    const body = { page, name: name.trim(), query: here, shared };
    if (await act(() => post("/api/me/views", body), `The view “${name.trim()}” is saved`)) {
      setName("");
      setAsked(false);
      void views.refresh();
    }
  };
  const remove = async (view: SavedView) => {
    await act(() => call(`/api/me/views/${view.id}`, { method: "DELETE" }), "The view is removed");
    void views.refresh();
  };
  const list = (title: string, some: SavedView[]) =>
    some.length > 0 && (
      <section className="views">
        <h3>{title}</h3>
        <ul>
          {some.map((view) => (
            <li key={view.id}>
              <button
                type="button"
                className="view"
                aria-current={view.query === here ? "true" : undefined}
                onClick={() => {
                  onClose();
                  navigate(view.query ? `${path}?${view.query}` : path);
                }}
              >
                <Icon name={view.query === here ? "check" : "star"} size={16} />
                <span className="grow clip">{view.name}</span>
                <span className="faint">
                  {own.includes(view) ? view.shared ? "shared" : "" : view.owner?.name}
                </span>
              </button>
              {own.includes(view) && (
                <IconButton
                  icon="trash"
                  label={`Remove ${view.name}`}
                  disabled={busy}
                  onClick={() => remove(view)}
                />
              )}
            </li>
          ))}
        </ul>
      </section>
    );
  return (
    <Dialog title="Views" onClose={onClose}>
      {views.loading && <Skeleton lines={3} />}
      {unknown && <p className="notice">This server keeps no views; the address bar still does.</p>}
      {views.error !== null && !unknown && (
        <p className="form-error" role="alert">{explain(views.error)}</p>
      )}
      {views.data && items.length === 0 && (
        <p className="faint">No view is saved yet. Filter, sort, choose columns, then save it.</p>
      )}
      {list("Mine", own)}
      {list("Shared with me", others)}
      {!unknown && (
        <form onSubmit={save} className="view-form" noValidate>
          <TextField
            label="Save what is shown now as"
            placeholder="Failed this week"
            maxLength={80}
            value={name}
            error={asked && !name.trim() ? "A view needs a name." : undefined}
            onChange={(event) => setName(event.target.value)}
          />
          <div className="view-form-foot">
            <Check
              label="Share it with everybody here"
              checked={shared}
              onChange={(event) => setShared(event.target.checked)}
            />
            <Button kind="primary" type="submit" busy={busy}>Save</Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}
