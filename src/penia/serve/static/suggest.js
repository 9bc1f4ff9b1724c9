/* Suggestions under a field, by ARIA's pattern of a combobox: arrows choose, Enter takes, Escape closes. */
import { at, made } from "./words.js";

const MOST = 8;

/* Names that begin with what is typed come first, then those with a word that does, then all that hold it. */
function fitting(names, typed) {
  const sought = typed.trim().toLowerCase();
  if (!sought || names.some((n) => n.toLowerCase() === sought)) return [];
  const rank = (name) => {
    const place = name.toLowerCase().indexOf(sought);
    return place < 1 ? place : name.toLowerCase().includes(` ${sought}`) ? 1 : 2;
  };
  return names.filter((n) => rank(n) >= 0).sort((a, b) => rank(a) - rank(b)).slice(0, MOST);
}

export function suggest(input, names) {
  const list = at(input.getAttribute("aria-controls")), options = () => [...list.children];
  let chosen = -1;

  function choose(index) {
    chosen = index;
    options().forEach((option, i) => option.setAttribute("aria-selected", String(i === chosen)));
    if (chosen < 0) input.removeAttribute("aria-activedescendant");
    else input.setAttribute("aria-activedescendant", options()[chosen].id);
  }
  function open(found) {
    list.replaceChildren(...found.map((name, i) => {
      const option = made("li", name, { id: `${list.id}-${i}`, role: "option" });
      option.addEventListener("pointerdown", (event) => { event.preventDefault(); take(i); });
      return option;
    }));
    list.hidden = !found.length;
    input.setAttribute("aria-expanded", String(found.length > 0));
    choose(-1);
  }
  function take(index) {
    input.value = options()[index].textContent;
    open([]);
  }
  input.addEventListener("input", () => open(fitting(names, input.value)));
  input.addEventListener("blur", () => open([]));
  input.addEventListener("keydown", (event) => {
    const { length } = options(), step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && !length) open(fitting(names, input.value));
    else if (step) choose((chosen + step + (chosen < 0 && step < 0 ? 1 : 0) + length) % length);
    else if (event.key === "Enter" && chosen >= 0) take(chosen);
    else if (event.key === "Escape" && length) open([]);
    else return;
    event.preventDefault();
  });
}
