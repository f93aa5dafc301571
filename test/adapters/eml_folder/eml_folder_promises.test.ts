import { guardAgainstLeaks } from "../../support/leak_guard.ts";
import { mailSourceKeepsItsPromises, type PlaceOptions } from "../source_promises.ts";
import { FolderDesk } from "./folder_desk.ts";

mailSourceKeepsItsPromises("eml_folder", async () => ({
  place: async () => folderPlace(),
  stop: async () => undefined,
}));

function folderPlace() {
  guardAgainstLeaks();
  const desk = new FolderDesk();
  let delivered = 0;
  const numbersIn = async (place: "new" | "cur" | "failed") =>
    (await desk.contents(place)).map((raw) => Number(/order-(\d+)@/.exec(raw)?.[1])).sort();
  return {
    desk,
    deliver: async (_: number, raw: string) => {
      delivered += 1;
      await desk.deliver(`mail-${delivered}.eml`, raw);
    },
    open: async ({ maxMailSize, ...options }: PlaceOptions = {}) =>
      desk.open({ ...options, ...(maxMailSize === undefined ? {} : { config: { maxMailSize } }) } as never),
    fresh: () => numbersIn("new"),
    done: () => numbersIn("cur"),
    failed: () => numbersIn("failed"),
  };
}
