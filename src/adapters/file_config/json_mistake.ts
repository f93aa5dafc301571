/** Where and why a text is no JSON although it reads as YAML: a comma too many, a comment. Undefined when it is JSON. */
export function jsonMistake(text: string): { readonly offset: number; readonly message: string } | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    // Only the position is taken from the message: the rest quotes the file, and the file may hold a secret.
    const position = /at position (\d+)/.exec(error instanceof Error ? error.message : "")?.[1];
    return {
      offset: Number(position ?? 0),
      message: "This is not JSON: look for a comma too many or a comment. Or name the file .yaml.",
    };
  }
}
