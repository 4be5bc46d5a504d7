import { useEffect, useLayoutEffect, useMemo, useSyncExternalStore } from "react";
import { isShelved } from "../alarms/AlarmRow";
import { rank, SEVERITY } from "../alarms/severity";
import { measured } from "../alarms/words";
import { connection } from "../api/connection";
import type { AlarmList } from "../api/kernel";
import { useQuery } from "../api/query";
import { useEscape } from "../shell/keys";
import { useMe } from "../shell/me";
import { navigate, useLocation } from "../shell/router";
import { ago, count, date, time } from "../ui/format";
import { Icon, Mark } from "../ui/Icon";
import { OrdersBoard } from "./OrdersBoard";
import { useNow, useRotation } from "./rotation";
import { WidgetBoard } from "./WidgetBoard";

const ALARMS = ["alarms"];
const USUAL = ["orders", "operations"];
const KNOWN = ["orders", "operations", "executive", "developer"];
/** Seconds a board stays, unless the address says otherwise. */
const STAYS = 20;
/** A screen that hangs for weeks begins anew each night, with whatever console is on the server. */
const RENEW_AT_HOUR = 4;

/** For a screen on the wall: large, by itself, and honest about how old what it shows is. */
export default function WallPage() {
  const { query } = useLocation();
  const given = query.get("boards");
  const boards = useMemo(() => {
    const named = (given ?? "").split(",").filter((each) => KNOWN.includes(each));
    return named.length > 0 ? named : USUAL;
  }, [given]);
  const stays = Math.min(600, Math.max(5, Number(query.get("seconds")) || STAYS));
  const now = useNow(1000);
  const at = useRotation(boards.length, stays);
  const board = boards[at] ?? "orders";
  const me = useMe();
  const lost = useSyncExternalStore(connection.subscribe, () => connection.lostSince);
  const alarms = useQuery<AlarmList>("/api/alarms?state=active&limit=50", 4000, ALARMS);
  // Until when what is shown is known to be right.
  const asOf = lost ?? now;
  useNight(now);
  useEscape(() => navigate("/orders"), 0);
  useStayingAwake();
  useRenewal();
  useEffect(() => {
    document.title = "Wall · Weft";
    document.documentElement.classList.add("wall-root");
    return () => document.documentElement.classList.remove("wall-root");
  }, []);
  const shown = (alarms.data?.items ?? []).filter((each) => !isShelved(each))
    .sort((a, b) =>
      Number(a.acknowledged) - Number(b.acknowledged) ||
      rank(a.severity) - rank(b.severity)
    );
  return (
    <main className="wall" id="main">
      <header className="wall-head">
        <Mark size={40} />
        <h1>{title(board)}</h1>
        <span className="wall-organisation">{me?.organisation.name}</span>
        <ol className="wall-dots" aria-label={`Board ${at + 1} of ${boards.length}`}>
          {boards.map((each, index) => (
            <li key={each} className={index === at ? "wall-dot-here" : ""} />
          ))}
        </ol>
        <div className="wall-clock">
          <time className="num" dateTime={new Date(now).toISOString()}>
            {time(new Date(now).toISOString())}
          </time>
          <span>{date(new Date(now).toISOString())}</span>
        </div>
      </header>
      <section className="wall-board" aria-label={title(board)}>
        {board === "orders" ? <OrdersBoard now={now} /> : <WidgetBoard name={board} />}
      </section>
      <footer className="wall-foot">
        {alarms.error !== null && !alarms.data
          ? (
            <p className="wall-quiet">
              <Icon name="info" size={26} />
              Alarms cannot be shown
            </p>
          )
          : shown.length === 0
          ? (
            <p className="wall-quiet">
              <Icon name="check" size={26} />
              {alarms.data ? "No alarm is active" : "Asking for alarms…"}
            </p>
          )
          : (
            <ul className="wall-alarms" aria-label="Active alarms">
              {shown.slice(0, 3).map((each) => (
                <li
                  key={each.id}
                  className={`wall-alarm wall-alarm-${each.severity}${
                    each.acknowledged ? " wall-alarm-seen" : ""
                  }`}
                >
                  <Icon name={SEVERITY[each.severity].icon} size={30} />
                  <span>
                    <strong>{SEVERITY[each.severity].word}: {each.name}</strong>
                    <small>
                      {[
                        measured(each),
                        `since ${ago(each.raisedAt, now)}`,
                        each.acknowledged
                          ? `seen by ${each.acknowledgedBy?.name ?? "somebody"}`
                          : "nobody has taken it",
                      ].filter(Boolean).join(" · ")}
                    </small>
                  </span>
                </li>
              ))}
              {shown.length > 3 && <li className="wall-more">+{count(shown.length - 3)}</li>}
            </ul>
          )}
        <p className={lost === null ? "wall-asof" : "wall-asof wall-asof-old"} role="status">
          {lost !== null && <Icon name="alarm" size={20} />}
          {lost === null ? "As of " : "No connection; as of "}
          <time className="num" dateTime={new Date(asOf).toISOString()}>
            {time(new Date(asOf).toISOString())}
          </time>
        </p>
      </footer>
    </main>
  );
}

function title(board: string): string {
  return board.charAt(0).toUpperCase() + board.slice(1);
}

/** From when until when a bright screen would blind the people in front of it. */
const NIGHT = { from: 19, to: 7 };

function useNight(now: number) {
  const hour = new Date(now).getHours();
  const night = hour >= NIGHT.from || hour < NIGHT.to;
  // Before anything is painted, so that nobody sees half of each.
  useLayoutEffect(() => {
    document.documentElement.classList.toggle("wall-night", night);
    return () => document.documentElement.classList.remove("wall-night");
  }, [night]);
}

/** Asks the device not to sleep; where it cannot be asked, its settings decide. */
function useStayingAwake() {
  useEffect(() => {
    type Lock = { release: () => Promise<void> };
    const wake = (navigator as Navigator & {
      wakeLock?: { request: (type: "screen") => Promise<Lock> };
    }).wakeLock;
    let lock: Lock | null = null;
    let gone = false;
    const ask = () => {
      if (document.hidden) return;
      wake?.request("screen").then((given) => {
        if (gone) void given.release();
        else lock = given;
      }).catch(() => undefined);
    };
    ask();
    document.addEventListener("visibilitychange", ask);
    return () => {
      gone = true;
      document.removeEventListener("visibilitychange", ask);
      void lock?.release();
    };
  }, []);
}

/** Loads the page anew once a night, if the server is there to be loaded from. */
function useRenewal() {
  useEffect(() => {
    const next = new Date();
    next.setHours(RENEW_AT_HOUR, Math.floor(Math.random() * 30), 0, 0);
    if (next.getTime() < Date.now() + 3_600_000) next.setDate(next.getDate() + 1);
    let timer = 0;
    const renew = async () => {
      const answer = await fetch("/health/live", { cache: "no-store" }).catch(() => null);
      if (answer?.ok) location.reload();
      else timer = setTimeout(renew, 60_000);
    };
    timer = setTimeout(renew, next.getTime() - Date.now());
    return () => clearTimeout(timer);
  }, []);
}
