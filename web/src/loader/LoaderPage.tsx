import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { connection } from "../api/connection";
import { useEscape, useShortcuts } from "../shell/keys";
import { Link, navigate, setQuery, useLocation } from "../shell/router";
import { date } from "../ui/format";
import { Icon } from "../ui/Icon";
import { Failure, Skeleton } from "../ui/States";
import { BoxCard } from "./BoxCard";
import { Done } from "./Done";
import { PrintButton } from "./PrintButton";
import { ProblemDialog } from "./ProblemDialog";
import { queue } from "./queue";
import type { LoadBox, PieceState } from "./types";
import { useLoad } from "./useLoad";
import { useWakeLock } from "./wake";

/** Loading one vehicle, one piece at a time: made for gloves, glare and a network that comes and goes. */
export function LoaderPage({ id }: { id: string }) {
  const [many, setMany] = useState(false);
  const { sheet, query, error, boxes, placed, problems, waiting } = useLoad(id, many);
  const { query: asked } = useLocation();
  const lostSince = useSyncExternalStore(connection.subscribe, () => connection.lostSince);
  const lost = lostSince !== null;
  const awake = useWakeLock();
  const [reporting, setReporting] = useState(false);
  const [last, setLast] = useState<number[]>([]);
  const heading = useRef<HTMLHeadingElement>(null);
  useAlone();
  useEscape(() => navigate("/load"), 0);
  useEffect(() => {
    document.title = `${sheet ? `${sheet.orderReference}, loading` : "Loading"} · Weft`;
  }, [sheet]);
  const total = boxes.length;
  useEffect(() => setMany(total > 1500), [total]);

  const chosen = Number(asked.get("box") ?? 0) || null;
  const open = boxes.find((each) => each.state === "open");
  const box = boxes.find((each) => each.sequence === chosen) ?? open ?? null;
  const mark = (
    piece: LoadBox,
    state: PieceState,
    more: { reason?: LoadBox["reason"]; note?: string } = {},
  ) => {
    queue.add({ booking: sheet?.bookingId ?? "", sequence: piece.sequence, state, ...more });
    setLast(
      state === "open" ? last.filter((each) => each !== piece.sequence) : [...last, piece.sequence],
    );
    setQuery({ box: state === "open" ? String(piece.sequence) : null });
    (navigator as { vibrate?: (ms: number) => boolean }).vibrate?.(25);
    heading.current?.focus();
  };
  const go = (by: number) => {
    if (!box) return;
    const to = boxes.find((each) => each.sequence === box.sequence + by);
    if (to) setQuery({ box: String(to.sequence) });
  };
  useShortcuts({ ArrowLeft: () => go(-1), ArrowRight: () => go(1) });

  if (error !== null || !sheet) {
    return (
      <main className="loader" id="main" tabIndex={-1}>
        <header className="loader-head">
          <Back />
          <h1>Loading</h1>
        </header>
        {error !== null
          ? <Failure error={error} retry={query.refresh} />
          : <Skeleton lines={6} tall />}
      </main>
    );
  }
  const undoable = last[last.length - 1];
  return (
    <main className="loader" id="main" tabIndex={-1}>
      <header className="loader-head">
        <Back />
        <div className="grow">
          <h1 ref={heading} tabIndex={-1}>{sheet.vehicle.name}</h1>
          <p className="loader-small">
            {sheet.orderReference} · {date(sheet.date)} · {sheet.depot.name}
          </p>
        </div>
        <PrintButton booking={sheet.bookingId} reference={sheet.orderReference} />
      </header>
      {sheet.vehicles.length > 1 && (
        <label className="loader-vehicles">
          <span className="loader-small">Vehicle</span>
          <select
            className="input select"
            value={sheet.bookingId}
            onChange={(event) => navigate(`/load/${event.target.value}`)}
          >
            {sheet.vehicles.map((each, index) => (
              <option key={each.bookingId} value={each.bookingId}>
                {index + 1}. {each.name}, {each.placed} of {each.total}
              </option>
            ))}
          </select>
        </label>
      )}
      <div className="loader-progress">
        <progress max={total} value={placed + problems} aria-label="Pieces handled" />
        <p>
          <strong className="num">{placed}</strong> of <span className="num">{total}</span> placed
          {problems > 0 && (
            <span className="loader-problems">
              <Icon name="alarm" size={18} />
              {problems} {problems === 1 ? "problem" : "problems"}
            </span>
          )}
          {(waiting > 0 || lost) && (
            <span className="loader-waiting" role="status">
              <Icon name="clock" size={18} />
              {lost ? "No network" : "Sending"}
              {waiting > 0 && `, ${waiting} to send`}
            </span>
          )}
        </p>
      </div>
      {sheet.status !== "booked" && (
        <p className="notice notice-wrong">
          This booking is {sheet.status}; nothing can be recorded any more.
        </p>
      )}
      {box
        ? <BoxCard sheet={sheet} boxes={boxes} box={box} onGo={go} />
        : <Done boxes={boxes} onShow={(each) => setQuery({ box: String(each.sequence) })} />}
      <p className="sr-only" role="status">
        {box ? `Piece ${box.sequence}, ${box.name}, ${box.state}` : "All pieces are handled"}
      </p>
      <footer className="loader-foot">
        {box && box.state === "open"
          ? (
            <>
              <button
                type="button"
                className="loader-button loader-undo"
                disabled={undoable === undefined}
                onClick={() => {
                  const piece = boxes.find((each) => each.sequence === undoable);
                  if (piece) mark(piece, "open");
                }}
              >
                <Icon name="retry" size={24} />
                Undo
              </button>
              <button
                type="button"
                className="loader-button loader-problem"
                onClick={() => setReporting(true)}
              >
                <Icon name="alarm" size={24} />
                Problem
              </button>
              <button
                type="button"
                className="loader-button loader-placed"
                onClick={() => mark(box, "placed")}
              >
                <Icon name="check" size={30} />
                Placed
              </button>
            </>
          )
          : box
          ? (
            <>
              <button
                type="button"
                className="loader-button loader-undo"
                onClick={() => mark(box, "open")}
              >
                <Icon name="retry" size={24} />
                Take back
              </button>
              <button
                type="button"
                className="loader-button loader-next"
                onClick={() => setQuery({ box: null })}
              >
                <Icon name="right" size={26} />
                {open ? `To piece ${open.sequence}` : "Done"}
              </button>
            </>
          )
          : <Link className="loader-button loader-next" to="/load">Back to the loads</Link>}
      </footer>
      {awake && <p className="loader-awake loader-small faint">The screen stays on.</p>}
      {reporting && box && (
        <ProblemDialog
          sequence={box.sequence}
          onClose={() => setReporting(false)}
          onReport={(reason, note) => {
            setReporting(false);
            mark(box, "problem", { reason, note });
          }}
        />
      )}
    </main>
  );
}

function Back() {
  return (
    <Link className="loader-back" to="/load" aria-label="Back to the loads">
      <Icon name="left" size={28} />
    </Link>
  );
}

/** The page has the screen to itself: navigation would only be in the way of gloves. */
export function useAlone() {
  useEffect(() => {
    document.documentElement.dataset.screen = "loader";
    return () => {
      delete document.documentElement.dataset.screen;
    };
  }, []);
}
