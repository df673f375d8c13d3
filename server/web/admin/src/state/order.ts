/** The list with the element at `index` moved by `step` places; the same list where there is no such place. */
export function movedBy<T>(list: readonly T[], index: number, step: number): readonly T[] {
  const to = index + step;
  const element = list[index];
  if (element === undefined || to < 0 || to >= list.length) return list;
  const rest = list.filter((_, at) => at !== index);
  return [...rest.slice(0, to), element, ...rest.slice(to)];
}
