import type { OrderItem } from "../api/types";
import { count, counted, cubic, kg, mm } from "../ui/format";
import { Icon } from "../ui/Icon";
import { Section } from "../ui/Page";

/** What is to be carried. */
export function ItemTable({ items }: { items: OrderItem[] }) {
  const stops = new Set(items.map((each) => each.stop ?? 1)).size > 1;
  return (
    <Section
      title="Items"
      aside={<span className="faint num">{counted(items.length, "kind")}</span>}
      className="card-table"
    >
      <div className="scroll-x">
        <table className="table table-plain item-table">
          <thead>
            <tr>
              <th scope="col">Item</th>
              {stops && <th scope="col" className="right">Stop</th>}
              <th scope="col" className="right">Quantity</th>
              <th scope="col" className="right">L × W × H, mm</th>
              <th scope="col" className="right">Each</th>
              <th scope="col" className="right">Volume</th>
            </tr>
          </thead>
          <tbody>
            {items.map((item, index) => (
              <tr key={item.id ?? index}>
                <td className="cell-main">
                  <span className="item-name">{item.name}</span>
                  <span className="marks">
                    {item.fragile && (
                      <span className="mark-word">
                        <Icon name="fragile" size={14} /> fragile
                      </span>
                    )}
                    {typeof item.maxLoadGrams === "number" && (
                      <span className="mark-word">bears {kg(item.maxLoadGrams)}</span>
                    )}
                    {item.goodsClass && <span className="mark-word">{item.goodsClass}</span>}
                    {(item.priority ?? 0) > 0 && (
                      <span className="mark-word">priority {item.priority}</span>
                    )}
                    {(item.upright?.length ?? 1) > 1 && (
                      <span className="mark-word">
                        {item.upright?.length === 3 ? "any side up" : "may be tipped"}
                      </span>
                    )}
                  </span>
                </td>
                {stops && <td data-label="Stop" className="num right">{item.stop ?? 1}</td>}
                <td data-label="Quantity" className="num right">{count(item.quantity)}</td>
                <td data-label="L × W × H" className="num right nowrap">
                  {mm(item.lengthMm)} × {mm(item.widthMm)} × {mm(item.heightMm)}
                </td>
                <td data-label="Each" className="num right">{kg(item.weightGrams)}</td>
                <td data-label="Volume" className="num right">
                  {cubic(item.lengthMm * item.widthMm * item.heightMm * item.quantity)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}
