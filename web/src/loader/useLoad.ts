import { useEffect, useMemo, useSyncExternalStore } from "react";
import { Problem } from "../api/client";
import { type Query, useQuery } from "../api/query";
import type { Me } from "../api/types";
import { toast } from "../ui/Toast";
import { keepLoad, keptLoad } from "./kept";
import { queue } from "./queue";
import type { LoadBox, LoadSheet } from "./types";

const TOPICS = ["loads"];
const NONE: string[] = [];

export interface Loading {
  sheet: LoadSheet | undefined;
  query: Query<LoadSheet>;
  /** Why there is no sheet, not even a kept one. */
  error: unknown;
  /** The boxes with what was said of them here, sent or not. */
  boxes: LoadBox[];
  placed: number;
  problems: number;
  waiting: number;
}

/** A vehicle's load as the loader sees it: the server's answer with the own marks over it. */
export function useLoad(id: string, many: boolean): Loading {
  const me = useQuery<Me>("/api/me").data;
  // A sheet of thousands of boxes is megabytes: it is not asked for every few seconds.
  const query = useQuery<LoadSheet>(
    `/api/loads/${encodeURIComponent(id)}`,
    many ? 60_000 : 8_000,
    many ? NONE : TOPICS,
  );
  const version = useSyncExternalStore(queue.subscribe, () => queue.version);
  const kept = useMemo(() => keptLoad(id), [id]);
  const account = me?.account.id ?? kept?.account;
  useEffect(() => {
    if (account) queue.for(account);
  }, [account]);
  useEffect(() => {
    for (const { mark, why } of queue.takeRefused()) {
      toast(`Piece ${mark.sequence} was not taken: ${why}`, "wrong");
      void query.refresh();
    }
  }, [version]);
  // What the server refuses is refused; only an outage is bridged by what was kept.
  const bridged = query.error instanceof Problem ? undefined : kept?.sheet;
  const sheet = query.data ?? bridged;
  const error = sheet ? null : query.error;
  const loading = useMemo(() => {
    const booking = sheet?.bookingId ?? "";
    const said = queue.said(booking);
    const boxes = (sheet?.boxes ?? []).map((box): LoadBox => {
      const mark = said.get(box.sequence);
      return mark ? { ...box, state: mark.state, reason: mark.reason, note: mark.note } : box;
    });
    return {
      sheet,
      query,
      error,
      boxes,
      placed: boxes.filter((each) => each.state === "placed").length,
      problems: boxes.filter((each) => each.state === "problem").length,
      waiting: queue.waiting(booking),
    };
  }, [sheet, version, query.error, query.loading]);
  // With the marks in it: what the server has taken is in no queue any more.
  useEffect(() => {
    if (!me || !query.data) return;
    keepLoad({ id, account: me.account.id, sheet: { ...query.data, boxes: loading.boxes } });
  }, [id, me, loading]);
  return loading;
}
