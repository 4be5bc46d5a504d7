import { counted } from "../ui/format";
import { Icon } from "../ui/Icon";
import { type LoadBox, REASONS } from "./types";

/** All pieces are handled: how many, and which had a problem. */
export function Done({ boxes, onShow }: { boxes: LoadBox[]; onShow: (box: LoadBox) => void }) {
  const problems = boxes.filter((each) => each.state === "problem");
  return (
    <article className="loader-card loader-done">
      <span className="empty-icon">
        <Icon name="check" size={34} />
      </span>
      <h2>
        {problems.length === 0
          ? `All ${counted(boxes.length, "piece")} are placed`
          : `${boxes.length - problems.length} placed, ${counted(problems.length, "problem")}`}
      </h2>
      <p>
        {problems.length === 0
          ? "The vehicle is loaded as planned."
          : "The planners know of these. Press one to take it back."}
      </p>
      <ul className="loader-list">
        {problems.slice(0, 100).map((each) => (
          <li key={each.sequence}>
            <button type="button" className="loader-row" onClick={() => onShow(each)}>
              <Icon name="alarm" size={22} />
              <span className="grow">
                <strong>Piece {each.sequence}</strong> {each.name}
              </span>
              <span>{REASONS.find(([key]) => key === each.reason)?.[1]}</span>
            </button>
          </li>
        ))}
      </ul>
    </article>
  );
}
