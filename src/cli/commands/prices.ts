import { readFile } from "node:fs/promises";
import { hasErrors } from "../../diagnostics/diagnostic.ts";
import type { Command } from "../command.ts";
import { readPriceFile } from "../compiled.ts";
import { exit, usualExits } from "../exit.ts";
import { findingsText } from "../findings.ts";
import * as flag from "../flag-table.ts";
import { jsonDocuments } from "../json-documents.ts";
import { wantsColor } from "../paint.ts";
import { columnsText, priceHeader, priceRows } from "../prices/price-rows.ts";
import { sampledModels } from "../prices/sampled-calls.ts";
import { UsageError } from "../usage-error.ts";

export const prices: Command = {
  name: "prices",
  group: "Understand",
  summary: "prices of models, and which models of your telemetry have none",
  about:
    "Lists prices of models in USD per million tokens, checks a file of your own prices, and says of the models that OTLP JSON names which have a price and which do not.",
  operands: "[PATTERN…]",
  arity: { least: 0, most: Number.POSITIVE_INFINITY },
  flags: [flag.prices, flag.sample],
  examples: [
    { does: "one family at every provider", line: "otel-policy prices 'gpt-5*' 'anthropic/*'" },
    {
      does: "your own prices, checked and put before the built-in ones",
      line: "otel-policy prices 'self-hosted/*' --prices templates/prices.yaml",
    },
  ],
  exits: {
    [exit.ok]: "no errors, and with --sample every model has a price",
    [exit.findings]: "errors in the price file, or models without a price",
    ...usualExits,
  },
  run: async ({ flags, operands, terminal, parts }) => {
    const file = await readPriceFile(flags.get(flag.prices));
    const { builtInPrices, pricesOf } = await parts.prices();
    const { value: table, diagnostics } = file === null ? { value: builtInPrices(), diagnostics: [] } : pricesOf(file);
    if (file !== null && diagnostics.length > 0) {
      const color = wantsColor(flags.get(flag.color), terminal.err, terminal.env);
      const sources = new Map([[file.path, file.text]]);
      terminal.err.write(await findingsText({ diagnostics, sources }, { format: "text", detail: "everything", color }));
    }
    const code = hasErrors(diagnostics) ? exit.findings : exit.ok;
    const path = flags.get(flag.sample);
    if (path === null) {
      const rows = priceRows(table, operands);
      if (rows.length === 0) throw new UsageError(`no model is called ${operands.join(" or ")} (${table.version})`);
      terminal.out.write(columnsText([priceHeader, ...rows]));
      return code;
    }
    const models = sampledModels(sampleOf(path, await sampleText(path, terminal.readStdin)), table);
    if (models.length === 0) throw new UsageError(`--sample ${path} holds no record that names a model`);
    const rows = models.map(({ records, provider, model, isPriced, price }) => [
      String(records),
      provider === "" ? "-" : provider,
      model,
      isPriced ? "priced" : "unpriced",
      price,
    ]);
    terminal.out.write(columnsText([["RECORDS", "PROVIDER", "MODEL", "", "PRICE"], ...rows]));
    return models.every(({ isPriced }) => isPriced) ? code : exit.findings;
  },
};

const sampleOf = (path: string, text: string): readonly unknown[] => {
  const documents = jsonDocuments(text);
  if ("problem" in documents)
    throw new UsageError(
      `--sample ${path} is no OTLP JSON: give one document, or one per line as the file exporter writes`,
    );
  return documents;
};

const sampleText = async (path: string, readStdin: () => Promise<string>): Promise<string> => {
  try {
    return path === "-" ? await readStdin() : await readFile(path, "utf8");
  } catch (error) {
    throw new UsageError(`--sample ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
};
