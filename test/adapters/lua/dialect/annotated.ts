/** A source in which `«…»` marks what has to disappear, `«;…»` where a semicolon has to stay. */
export function annotated(marked: string): { readonly source: string; readonly erased: string } {
  return {
    source: marked.replaceAll(/«;?|»/g, ""),
    erased: marked.replaceAll(/«(;?)([^»]*)»/g, (_, semicolon: string, text: string) => blank(text, semicolon)),
  };
}

function blank(text: string, first: string): string {
  const blanks = text.replaceAll(/[^\r\n\t]/g, " ");
  return first + blanks.slice(first.length);
}
