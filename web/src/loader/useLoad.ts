import { useEffect, useMemo, useSyncExternalStore } from "react";
import { type Query, useQuery } from "../api/query";
import type { Me } from "../api/types";
import { toast } from "../ui/Toast";
import { queue } from "./queue";
import type { LoadBox, LoadSheet } from "./types";

const TOPICS = ["loads"];
const NONE: string[] = [];

export interface Loading {
  sheet: LoadSheet | undefined;
  query: Query<LoadSheet>;
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
  const account = me?.account.id;
  useEffect(() => {
    if (account) queue.for(account);
  }, [account]);
  useEffect(() => {
    for (const { mark, why } of queue.takeRefused()) {
      toast(`Piece ${mark.sequence} was not taken: ${why}`, "wrong");
      void query.refresh();
    }
  }, [version]);
  const sheet = query.data;
  return useMemo(() => {
    const booking = sheet?.bookingId ?? "";
    const said = queue.said(booking);
    const boxes = (sheet?.boxes ?? []).map((box): LoadBox => {
      const mark = said.get(box.sequence);
      return mark ? { ...box, state: mark.state, reason: mark.reason, note: mark.note } : box;
    });
    return {
      sheet,
      query,
      boxes,
      placed: boxes.filter((each) => each.state === "placed").length,
      problems: boxes.filter((each) => each.state === "problem").length,
      waiting: queue.waiting(booking),
    };
  }, [sheet, version, query.error, query.loading]);
}
