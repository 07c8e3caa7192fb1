// Unpacks the Chromium of the npm package into TMPDIR: binary, libraries and a font.
import { inflate } from "@sparticuz/chromium";
import { fileURLToPath } from "node:url";

const packed = new URL("../bin/", import.meta.resolve("@sparticuz/chromium"));
for (const name of ["chromium.br", "al2023.tar.br", "fonts.tar.br"]) {
  await inflate(fileURLToPath(new URL(name, packed)));
}
