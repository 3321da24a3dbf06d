/** First in, first out, also of a hundred thousand. */

export type Line<T> = {
  readonly first: T | undefined
  push(item: T): void
  shift(): T | undefined
}

export function openLine<T>(): Line<T> {
  let items: (T | undefined)[] = []
  let from = 0
  return {
    get first() {
      return items[from]
    },
    push: (item) => void items.push(item),
    shift() {
      if (from === items.length) return undefined
      const item = items[from]
      items[from++] = undefined
      if (from > 1000 && from * 2 > items.length) {
        items = items.slice(from)
        from = 0
      }
      return item
    },
  }
}
