import type { Provider, Rate, ValueSource } from "./types.ts";

/** How values of a policy are said to people; without a provider's headers, which may hold credentials. */
export const providerText = (provider: Provider): string =>
  provider.kind === "otlp"
    ? `OTLP/${provider.transport} ${provider.endpoint}${provider.insecure ? ", no TLS" : ""}`
    : `Prometheus ${provider.remoteWrite ?? "(pull)"}`;

export const rateText = ({ numerator, denominator }: Rate): string =>
  `${numerator}/${denominator} = ${Number(((100 * numerator) / denominator).toPrecision(6))} %`;

export const sourceText = (source: ValueSource): string => {
  switch (source.from) {
    case "literal":
      return JSON.stringify(source.value);
    case "header":
      return `header ${source.name}`;
    case "attribute":
      return `attribute ${source.key}`;
  }
};
