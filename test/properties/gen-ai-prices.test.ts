import assert from "node:assert/strict";
import { test } from "node:test";
import { calcPrice } from "@pydantic/genai-prices";
import fc from "fast-check";
import { exactNames, matches, withDashedDates } from "../../src/genai/match.ts";
import { modelCalled } from "../../src/genai/price.ts";
import { decodeTable } from "../../src/genai/price-code.ts";
import { priceData } from "../../src/genai/price-data.ts";
import { notCompiled, type PriceForm, priceForm } from "../../src/genai/price-form.ts";
import { isPicked, type PriceSelection } from "../../src/genai/price-select.ts";
import { modelsOf, type When } from "../../src/genai/price-table.ts";

const table = decodeTable(priceData);

/** What a Collector does with a form, in three lines of JavaScript: the table, then the rules, then the rules on a dashed name. */
const found = (form: PriceForm, provider: PriceForm["providers"][number], name: string): number => {
  const exact = form.names.find(({ key }) => key === `${provider.code}/${name}`);
  const rule =
    provider.rules.find(({ match }) => matches(match, name)) ??
    provider.dashedRules.find(({ match }) => matches(match, withDashedDates(name)));
  return exact?.code ?? rule?.code ?? notCompiled;
};

const holds = (when: When | null, at: Date): boolean => {
  if (when === null) return true;
  if ("from" in when) return at >= new Date(`${when.from}T00:00:00Z`);
  const second = (at.getTime() / 1000) % 86_400;
  const { from, to } = when.secondOfDay;
  return to < from ? second >= from || second < to : second >= from && second < to;
};

const undated = (form: PriceForm, code: number, at: Date): number => {
  const dated = form.dated[code - form.rows.length];
  if (dated === undefined) return code;
  return dated.options.findLast(({ when }) => holds(when, at))?.code ?? dated.otherwise;
};

const models = table.providers.flatMap((provider) =>
  modelsOf(table, provider).flatMap((model) =>
    [model.id, ...exactNames(model.match)].map((name) => ({ provider, name: name.toLowerCase().trim() })),
  ),
);
const named = fc
  .record({
    from: fc.constantFrom(...models),
    before: fc.constantFrom("", "", "", "us.", "anthropic/", "models/"),
    after: fc.constantFrom("", "", "", "-20250807", "-2025-08-07", "-latest", "-v1:0", "x", ":free", "-mini"),
  })
  .map(({ from, before, after }) => ({ provider: from.provider, name: `${before}${from.name}${after}` }));
const selection: fc.Arbitrary<PriceSelection> = fc.constantFrom<PriceSelection[]>(
  null,
  ["*"],
  ["gpt-4o", "claude-*"],
  ["openai/*", "aws/*sonnet*"],
  ["google/gemini-2.5-pro"],
  ["azure/gpt-4o*", "deepseek/*"],
);
const forms = new Map<string, PriceForm>();
const formOf = (wanted: PriceSelection): PriceForm => {
  const key = JSON.stringify(wanted);
  const form = forms.get(key) ?? priceForm(table, wanted);
  forms.set(key, form);
  return form;
};

test("a form finds what the table's own rules find, or nothing where the model was not chosen", () => {
  fc.assert(
    fc.property(named, selection, ({ provider, name }, wanted) => {
      const form = formOf(wanted);
      const compiled = form.providers.find(({ id }) => id === provider.id);
      const model = modelCalled(table, provider, name);
      const isChosen = model !== null && isPicked(wanted)(provider, model);
      const code = compiled === undefined ? notCompiled : found(form, compiled, name);
      assert.equal(code !== notCompiled, isChosen, `${provider.id}/${name} of ${JSON.stringify(wanted)}: ${code}`);
    }),
    { numRuns: 3000 },
  );
});

test("its rows charge what the library charges", () => {
  const form = formOf(["*"]);
  const count = fc.integer({ min: 0, max: 900_000 });
  fc.assert(
    fc.property(
      named,
      fc.record({
        input: count,
        output: count,
        read: fc.double({ min: 0, max: 0.5, noNaN: true }),
        write: fc.double({ min: 0, max: 0.5, noNaN: true }),
      }),
      fc.date({ min: new Date("2024-01-01"), max: new Date("2028-01-01"), noInvalidDate: true }),
      ({ provider, name }, { input, output, ...shares }, timestamp) => {
        const read = Math.floor(input * shares.read);
        const write = Math.floor(input * shares.write);
        const usage = {
          input_tokens: input,
          output_tokens: output,
          cache_read_tokens: read,
          cache_write_tokens: write,
        };
        const wanted = calcPrice(usage, name, { providerId: provider.id, timestamp });
        const compiled = form.providers.find(({ id }) => id === provider.id);
        assert.ok(compiled !== undefined);
        let row = undated(form, found(form, compiled, name), timestamp);
        if (row < 0) {
          assert.ok(wanted === null || wanted.total_price === 0, `${provider.id}/${name}`);
          return;
        }
        while (row >= form.tiered.from && row < form.tiered.to && input > (form.rows[row]?.below ?? 0)) row++;
        const rates = form.rows[row]?.rates ?? assert.fail(`no row ${row}`);
        const cost =
          ((input - read - write) * rates.input +
            read * rates.cacheRead +
            write * rates.cacheWrite +
            output * rates.output) /
            1e6 +
          rates.perCall;
        const price = wanted?.total_price ?? assert.fail(`${provider.id}/${name} has no price`);
        assert.ok(
          Math.abs(cost - price) <= 1e-9 * Math.max(price, 1e-12),
          `${provider.id}/${name}: ${cost} is not ${price}`,
        );
      },
    ),
    { numRuns: 3000 },
  );
});
