import fc from "fast-check";

/**
 * Random CEL conditions over the whole vocabulary, all of them compilable, and the values they meet. Texts avoid what
 * cel-js and CEL disagree on: upper-case letters outside ASCII (lowerAscii), "" and "0b1" as numbers, regular
 * expressions that JavaScript and RE2 read differently.
 */
export const texts = {
  "request.path": ["/api/v1/users", "/api/v1?x=1", "/healthz", "/a b/é", "/", "/日本/😀"],
  "request.url_path": ["/api/v1/users", "/api/v1", "/healthz", "/API", "/a$b"],
  "request.query": ["x=1", "", "a=b&c=d"],
  "request.host": ["chat.example.com", "CHAT.example.com", "localhost:8080"],
  "request.scheme": ["http", "https"],
  "request.method": ["GET", "POST", "get"],
  "request.useragent": ["curl/8.5.0", "Mozilla/5.0 (X11; Linux)", "-"],
  "request.protocol": ["HTTP/1.1", "HTTP/2"],
  "response.code_details": ["via_upstream", "route_not_found"],
  "upstream.address": ["10.0.0.7:8080", "[::1]:8080"],
  "xds.cluster_name": ["outbound|80||a.b.svc", "inbound"],
  "gen_ai.request.model": ["gpt-4o", "claude-x"],
  "gen_ai.provider.name": ["openai", 'q"uote\\back'],
} as const;

export const integers = {
  "request.size": ["0", "1500", "9223372036854775807", "-9223372036854775808"],
  "response.size": ["0", "77", "9223372036854775000"],
  "response.code": ["200", "204", "404", "500", "503"],
  "response.grpc_status": ["0", "14"],
  "gen_ai.usage.input_tokens": ["10", "4000"],
  "gen_ai.usage.output_tokens": ["1", "250"],
  "upstream.port": ["80", "8080"],
} as const;

export const headerNames = ["x-team", "x-tokens", "content-type", "accept_language"] as const;
export const headerValues = ["blue", "Blue team", "12", "-7", "+5", "1.5", "99999999999999999999", "é", "$HOME"];

const literals = [...new Set([...Object.values(texts).flat(), ...headerValues, "", "a", "x-"])];
const numbers = [...Object.values(integers).flat(), "5", "100", "499", "-1", "2", "3", "9223372036854775806"];
const patterns = [
  "^/api",
  "[0-9]+",
  "v[12]/",
  "(a|b)c?",
  "\\.com$",
  "^$",
  "x",
  "\\d{2,}",
  "[^/]+$",
  "(GET|POST)",
  "^.{0,8}$",
];

export const quote = (text: string): string => JSON.stringify(text);

const text: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...Object.keys(texts)) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom(...headerNames), fc.constantFrom("request", "response"))
      .map(([name, side]) => `${side}.headers[${quote(name)}]`),
  },
  { weight: 2, arbitrary: fc.constantFrom(...literals).map(quote) },
  { weight: 1, arbitrary: fc.constantFrom(...Object.keys(integers)).map((name) => `string(${name})`) },
  { weight: 1, arbitrary: fc.constantFrom("request.id", "request.referer", "request.headers.content_type") },
);

const integer: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...Object.keys(integers)) },
  { weight: 4, arbitrary: fc.constantFrom(...numbers) },
  { weight: 1, arbitrary: fc.constantFrom(...headerNames).map((name) => `int(request.headers[${quote(name)}])`) },
);

const durations = ["0s", "1ms", "250ms", "1.5s", "1m", "-1s"];
const comparison = fc.constantFrom("==", "!=", "<", "<=", ">", ">=");
const equality = fc.constantFrom("==", "!=");

type Grammar = { readonly condition: string; readonly text: string; readonly integer: string };

const grammar = fc.letrec<Grammar>((tie) => ({
  text: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    { weight: 8, arbitrary: text },
    { weight: 1, arbitrary: fc.tuple(tie("text"), tie("text")).map(([a, b]) => `(${a} + ${b})`) },
    {
      weight: 1,
      arbitrary: fc.tuple(tie("condition"), tie("text"), tie("text")).map(([c, a, b]) => `(${c} ? ${a} : ${b})`),
    },
  ),
  integer: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    { weight: 8, arbitrary: integer },
    {
      weight: 3,
      arbitrary: fc
        .tuple(tie("integer"), fc.constantFrom("+", "-", "*", "/", "%"), tie("integer"))
        .map(([a, op, b]) => `(${a} ${op} ${b})`),
    },
    // cel-js lets the smallest integer be negated, which CEL calls an overflow.
    {
      weight: 1,
      arbitrary: fc
        .constantFrom("response.code", "gen_ai.usage.input_tokens", "upstream.port + 1")
        .map((a) => `-(${a})`),
    },
    {
      weight: 1,
      arbitrary: fc.tuple(tie("condition"), tie("integer"), tie("integer")).map(([c, a, b]) => `(${c} ? ${a} : ${b})`),
    },
  ),
  condition: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    { weight: 4, arbitrary: fc.tuple(tie("text"), comparison, tie("text")).map(([a, op, b]) => `${a} ${op} ${b}`) },
    {
      weight: 4,
      arbitrary: fc.tuple(tie("integer"), comparison, tie("integer")).map(([a, op, b]) => `${a} ${op} ${b}`),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(
          integer,
          fc.constantFrom("<", "<=", ">", ">="),
          fc.constantFrom("499.5", "-0.5", "1e30", "200.0", "9.223372036854775807e18"),
        )
        .map(([a, op, b]) => `${a} ${op} ${b}`),
    },
    {
      weight: 3,
      arbitrary: fc
        .tuple(tie("text"), fc.constantFrom("startsWith", "endsWith", "contains"), tie("text"))
        .map(([a, f, b]) => `${a}.${f}(${b})`),
    },
    {
      weight: 2,
      arbitrary: fc.tuple(text, fc.constantFrom(...patterns)).map(([a, re]) => `${a}.matches(${quote(re)})`),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(text, fc.uniqueArray(fc.constantFrom(...literals), { maxLength: 5 }))
        .map(([a, list]) => `${a} in [${list.map(quote).join(", ")}]`),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(integer, fc.uniqueArray(fc.constantFrom(...numbers), { minLength: 1, maxLength: 5 }))
        .map(([a, list]) => `${a} in [${list.join(", ")}]`),
    },
    {
      weight: 2,
      arbitrary: fc
        .constantFrom(...Object.keys(texts), ...Object.keys(integers), "request.duration", "response.flags")
        .map((name) => `has(${name})`),
    },
    { weight: 1, arbitrary: fc.constantFrom(...headerNames).map((name) => `${quote(name)} in request.headers`) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        "has(request.headers.accept_language)",
        "response.flags != 0",
        "response.flags == 0",
        "true",
        "false",
      ),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(comparison, fc.constantFrom(...durations))
        .map(([op, d]) => `request.duration ${op} duration("${d}")`),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(text, comparison, fc.integer({ min: -2, max: 20 }))
        .map(([a, op, n]) => `size(${a}) ${op} ${n}`),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(
          fc.constantFrom(...Object.keys(texts)),
          equality,
          fc.constantFrom("chat.example.com", "get", "GET", "/api", "http/2"),
        )
        .map(([a, op, b]) => `${a}.lowerAscii() ${op} ${quote(b)}`),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(
          fc.constantFrom("exists", "all"),
          fc.uniqueArray(fc.constantFrom(...literals), { maxLength: 4 }),
          text,
          fc.constantFrom("startsWith(p)", "contains(p)"),
        )
        .map(([macro, list, a, f]) => `[${list.map(quote).join(", ")}].${macro}(p, ${a}.${f})`)
        .map((expression) => expression.replace("[].", '["none"].')),
    },
    { weight: 3, arbitrary: fc.tuple(tie("condition"), tie("condition")).map(([a, b]) => `(${a}) && (${b})`) },
    { weight: 3, arbitrary: fc.tuple(tie("condition"), tie("condition")).map(([a, b]) => `(${a}) || (${b})`) },
    { weight: 3, arbitrary: tie("condition").map((a) => `!(${a})`) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(tie("condition"), tie("condition"), tie("condition"))
        .map(([c, a, b]) => `((${c}) ? (${a}) : (${b}))`),
    },
    {
      weight: 1,
      arbitrary: fc.tuple(tie("condition"), equality, tie("condition")).map(([a, op, b]) => `(${a}) ${op} (${b})`),
    },
  ),
}));

export const celCondition: fc.Arbitrary<string> = grammar.condition;
