/** The API's description for people: everything on one page, built from /api/openapi.json. */
import {
  type Answer,
  type Content,
  curl,
  type Description,
  entries,
  type Entry,
  kind,
  limits,
  type Parameter,
  referenceName,
  type Schema,
  words,
} from "./model";

type Child = Node | string | null | undefined | false;

/** An element with attributes and children; text stays text. */
function make(name: string, attributes: Record<string, string> = {}, ...children: Child[]) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children.filter((child): child is Node | string => Boolean(child)));
  return element;
}

/** A sentence with `code` and **strong** in it. */
function prose(text: string): Node[] {
  return text.split(/(`[^`]*`|\*\*[^*]*\*\*)/).map((part) => {
    if (part.startsWith("`")) return make("code", {}, part.slice(1, -1));
    if (part.startsWith("**")) return make("strong", {}, part.slice(2, -2));
    return document.createTextNode(part);
  });
}

/** The members of a schema; those that refer to others open on demand. */
function shape(schema: Schema | undefined, description: Description, depth = 0): Node | null {
  if (typeof schema !== "object" || depth > 12) return null;
  if (schema.$ref) {
    const name = referenceName(schema.$ref);
    const target = description.components.schemas[name];
    if (typeof target !== "object") return null;
    const details = make("details", { class: "schema" }, make("summary", {}, name));
    details.addEventListener("toggle", () => {
      if (details.childElementCount > 1) return;
      details.append(...(target.description ? [make("p", {}, ...prose(target.description))] : []));
      details.append(shape({ ...target, title: undefined }, description, depth + 1) ?? "");
    });
    return details;
  }
  if (schema.anyOf || schema.allOf) {
    const parts = (schema.anyOf ?? schema.allOf ?? [])
      .map((part) => shape(part, description, depth + 1)).filter((part) => part !== null);
    return parts.length ? make("div", {}, ...parts) : null;
  }
  if (schema.items) return shape(schema.items, description, depth + 1);
  if (!schema.properties) return null;
  const list = make("dl", { class: "members" });
  for (const [name, member] of Object.entries(schema.properties)) {
    list.append(
      make(
        "dt",
        {},
        make("code", {}, name),
        schema.required?.includes(name) ? null : make("span", { class: "optional" }, "optional"),
      ),
      make("dd", {}, ...said(member), shape(member, description, depth + 1)),
    );
  }
  return list;
}

/** What a value is, its limits, and what it means. */
function said(schema: Schema): Node[] {
  const text = limits(schema);
  const meaning = typeof schema === "object" ? schema.description : undefined;
  return [
    make("span", { class: "kind" }, kind(schema)),
    ...(text ? [make("span", { class: "limits" }, text)] : []),
    ...(meaning ? [make("span", { class: "meaning" }, ...prose(meaning))] : []),
  ];
}

function parameters(list: Parameter[]): Node {
  const body = make("tbody");
  for (const parameter of list) {
    body.append(
      make(
        "tr",
        {},
        make(
          "th",
          { scope: "row" },
          make("code", {}, parameter.name),
          parameter.required ? make("span", { class: "required" }, "required") : null,
        ),
        make("td", {}, parameter.in),
        make(
          "td",
          {},
          make("span", { class: "kind" }, kind(parameter.schema)),
          limits(parameter.schema)
            ? make("span", { class: "limits" }, limits(parameter.schema))
            : null,
          parameter.description
            ? make("span", { class: "meaning" }, ...prose(parameter.description))
            : null,
        ),
      ),
    );
  }
  const head = make(
    "tr",
    {},
    ...["Parameter", "In", "What it is"].map((text) => make("th", { scope: "col" }, text)),
  );
  return make("table", {}, make("thead", {}, head), body);
}

function contents(content: Content, description: Description): Node[] {
  return Object.entries(content).map(([type, { schema }]) =>
    make(
      "div",
      { class: "content" },
      make("p", {}, make("code", {}, type), " ", make("span", { class: "kind" }, kind(schema))),
      shape(schema, description),
    )
  );
}

function answers(responses: Record<string, Answer>, description: Description): Node {
  const list = make("ul", { class: "answers" });
  for (const [status, given] of Object.entries(responses)) {
    const answer = given.$ref ? description.components.responses[referenceName(given.$ref)] : given;
    const shown = given.$ref ? [] : contents(answer?.content ?? {}, description);
    const item = make(
      "li",
      {},
      make("span", { class: `status status-${status[0]}` }, status),
      " ",
      ...prose(answer?.description ?? ""),
      ...shown,
    );
    list.append(item);
  }
  return list;
}

function operation(entry: Entry, description: Description): HTMLElement {
  const { operation: it } = entry;
  const section = make("details", { class: "operation", id: it.operationId });
  section.append(
    make(
      "summary",
      {},
      make("span", { class: `method method-${entry.method.toLowerCase()}` }, entry.method),
      make("code", { class: "path" }, entry.path),
      make("span", { class: "summary" }, it.summary),
      it.security ? make("span", { class: "public" }, "no sign-in") : null,
    ),
  );
  section.addEventListener("toggle", () => {
    if (section.childElementCount > 1) return;
    const inside = make("div", { class: "inside" });
    if (it.description) inside.append(make("p", {}, ...prose(it.description)));
    if (it["x-aliases"]) {
      inside.append(
        make("p", {}, "Also at ", ...it["x-aliases"].map((path) => make("code", {}, path)), "."),
      );
    }
    if (it.parameters) inside.append(make("h4", {}, "Parameters"), parameters(it.parameters));
    if (it.requestBody) {
      inside.append(
        make("h4", {}, it.requestBody.required ? "Body" : "Body (may be left out)"),
        ...contents(it.requestBody.content, description),
      );
    }
    inside.append(make("h4", {}, "Answers"), answers(it.responses, description));
    inside.append(
      make("h4", {}, "Example"),
      make("pre", { tabindex: "0" }, curl(entry, description)),
    );
    section.append(inside);
  });
  return section;
}

function show(description: Description): void {
  const place = document.getElementById("operations");
  const found = document.getElementById("found");
  const filter = document.getElementById("filter");
  const introduction = document.getElementById("introduction");
  const nav = document.getElementById("tags");
  if (!place || !found || !introduction || !nav || !(filter instanceof HTMLInputElement)) return;
  introduction.append(
    ...description.info.description.split("\n\n").map((text) => make("p", {}, ...prose(text))),
  );
  const all = entries(description);
  const shown: { element: HTMLElement; text: string; group: HTMLElement }[] = [];
  const links: { element: HTMLElement; group: HTMLElement }[] = [];
  place.replaceChildren(...description.tags.map((tag) => {
    const group = make(
      "section",
      { "aria-labelledby": `tag-${tag.name}` },
      make("h2", { id: `tag-${tag.name}` }, tag.name),
      tag.description ? make("p", {}, tag.description) : null,
    );
    for (const entry of all.filter((one) => one.operation.tags[0] === tag.name)) {
      const element = operation(entry, description);
      shown.push({ element, text: words(entry), group });
      group.append(element);
    }
    const link = make("a", { href: `#tag-${tag.name}` }, tag.name);
    links.push({ element: link, group });
    nav.append(link);
    return group;
  }));
  const apply = () => {
    const wanted = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    const used = new Set<HTMLElement>();
    for (const { element, text, group } of shown) {
      const fits = wanted.every((word) => text.includes(word));
      element.hidden = !fits;
      if (!fits) continue;
      count += 1;
      used.add(group);
    }
    for (const { group } of shown) group.hidden = !used.has(group);
    for (const { element, group } of links) element.hidden = !used.has(group);
    introduction.hidden = wanted.length > 0;
    found.textContent = wanted.length
      ? `${count} of ${shown.length} operations`
      : `${shown.length} operations`;
  };
  filter.addEventListener("input", apply);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.target instanceof HTMLInputElement) return;
    event.preventDefault();
    filter.focus();
  });
  apply();
  open();
}

/** Opens the operation that the address names. */
function open(): void {
  const element = document.getElementById(location.hash.slice(1));
  if (element instanceof HTMLDetailsElement) {
    element.open = true;
    element.scrollIntoView();
  }
}

addEventListener("hashchange", open);
fetch("/api/openapi.json").then(async (response) => {
  if (!response.ok) throw new Error(`${response.status}`);
  show(await response.json());
}).catch((error: unknown) => {
  document.getElementById("operations")?.replaceChildren(
    make(
      "p",
      { role: "alert" },
      `The description could not be read: ${error}. Load the page again.`,
    ),
  );
});
