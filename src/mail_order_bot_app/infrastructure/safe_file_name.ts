import { oneLine } from "../domain/safe_text.ts";

/** Windows would open these as devices, whatever their extension. */
const reserved = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/** A name under which an attachment can be shown and stored: no path, no dots in front, nothing a shell or a disk minds. */
export function safeFileName(claimed: string | null, index: number): string {
  const last = (claimed ?? "").slice(-400).split(/[/\\]/).at(-1) ?? "";
  const plain = oneLine(last, 400)
    .replaceAll(/[<>:"|?*\p{Co}\p{Cn}]/gu, "_")
    .replace(/^[.\s]+/, "")
    .replace(/[.\s]+$/, "");
  const short = shortened(plain);
  return short === "" || reserved.test(short) ? `attachment_${index}${short === "" ? "" : `_${short}`}` : short;
}

/** The extension says what a file is, so the middle is cut, not the end. */
function shortened(name: string): string {
  const characters = Array.from(name);
  return characters.length <= 100 ? name : [...characters.slice(0, 80), "_", ...characters.slice(-19)].join("");
}
