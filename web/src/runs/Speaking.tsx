import { useLayoutEffect, useRef } from "react";
import { humanise } from "../ui/format";
import { Icon } from "../ui/Icon";
import { callWords, type Line, type Speech, type StepSpeech } from "./speech";

/** So near the end, in pixels, a reader counts as reading along. */
const NEAR = 24;

/** What a model says while it decides; it follows the end unless the reader went back. */
export function Speaking({ agent, speeches, together }: StepSpeech) {
  const box = useRef<HTMLDivElement>(null);
  const along = useRef(true);
  useLayoutEffect(() => {
    if (along.current && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [speeches]);
  return (
    <>
      <h3 className="step-part">
        What its model says
        <span className="faint">, until its decision is there</span>
      </h3>
      {together > 1 && (
        <p className="faint">{together} cases are before it at once; their words are mixed here.</p>
      )}
      <div
        ref={box}
        className="speaking"
        role="log"
        aria-live="polite"
        aria-label={`What ${humanise(agent)} says`}
        tabIndex={0}
        onScroll={(event) => {
          const { scrollHeight, scrollTop, clientHeight } = event.currentTarget;
          along.current = scrollHeight - scrollTop - clientHeight < NEAR;
        }}
      >
        {speeches.map((each) => (
          <Words key={each.agent} speech={each} named={each.agent !== agent} />
        ))}
      </div>
    </>
  );
}

function Words({ speech, named }: { speech: Speech; named: boolean }) {
  return (
    <div className="speech">
      {named && <p className="speech-agent">{humanise(speech.agent)}</p>}
      {speech.cut && <p className="faint">The beginning is no longer shown.</p>}
      {speech.lines.map((line) => (
        // Of what is still written nothing is read aloud: once it has ended it is there anew.
        <Said key={line.ended ? line.id : `${line.id} open`} line={line} />
      ))}
    </div>
  );
}

function Said({ line }: { line: Line }) {
  if (line.kind === "gap") {
    return <p className="speech-call faint">Some words were missed here.</p>;
  }
  if (line.kind === "call") {
    return (
      <p className="speech-call">
        <Icon name="tool" size={15} />
        {callWords(line.text)}
      </p>
    );
  }
  return <span aria-hidden={line.ended ? undefined : true}>{line.text}</span>;
}
