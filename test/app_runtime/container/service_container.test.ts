import { inject, injectable } from "inversify";
import { describe, expect, test } from "vitest";
import { ContainerSealedError, ServiceContainer } from "../../../src/app_runtime/container/api.ts";
import {
  ContainerOpenError,
  ServiceCircleError,
  ServiceFailedError,
  ServiceMissingError,
  ServiceTakenError,
} from "../../../src/app_runtime/container/container_errors.ts";
import { serviceToken } from "../../../src/app_runtime/contracts/application_module.ts";

interface Catalog {
  readonly articles: readonly string[];
}

interface OrderBook {
  readonly catalog: Catalog;
  readonly currency: string;
}

const catalogToken = serviceToken<Catalog>("catalog");
const currencyToken = serviceToken<string>("currency");
const orderBookToken = serviceToken<OrderBook>("orderBook");

@injectable()
class DecoratedOrderBook implements OrderBook {
  readonly catalog: Catalog;
  readonly currency: string;

  constructor(@inject(catalogToken.name) catalog: Catalog, @inject(currencyToken.name) currency: string) {
    this.catalog = catalog;
    this.currency = currency;
  }
}

const chairs: Catalog = { articles: ["chair"] };

describe("services", () => {
  test("are made from what they need, in whatever order they were bound", async () => {
    const container = new ServiceContainer();
    container.bindRecipe(orderBookToken, {
      needs: [catalogToken, currencyToken],
      create: (catalog, currency) => ({ catalog, currency }),
    });
    container.bindRecipe(catalogToken, { needs: [], create: () => chairs });
    container.bindValue(currencyToken, "EUR");
    await container.seal();

    expect(container.get(orderBookToken)).toEqual({ catalog: chairs, currency: "EUR" });
  });

  test("may be classes with inversify's decorators", async () => {
    const container = new ServiceContainer();
    container.bindClass(orderBookToken, DecoratedOrderBook);
    container.bindValue(catalogToken, chairs);
    container.bindValue(currencyToken, "EUR");
    await container.seal();

    expect(container.get(orderBookToken)).toBeInstanceOf(DecoratedOrderBook);
    expect(container.get(orderBookToken).catalog).toBe(chairs);
  });

  test("exist once, and all of them from the start", async () => {
    const made: string[] = [];
    const container = new ServiceContainer();
    container.bindRecipe(catalogToken, {
      needs: [],
      create: () => {
        made.push("catalog");
        return chairs;
      },
    });
    container.bindRecipe(serviceToken("shop"), { needs: [catalogToken], create: () => made.push("shop") });
    container.bindRecipe(serviceToken("stock"), { needs: [catalogToken], create: () => made.push("stock") });
    await container.seal();
    await container.seal();

    expect(made).toEqual(["catalog", "shop", "stock"]);
  });

  test("may be undefined or false, like any value", async () => {
    const container = new ServiceContainer();
    container.bindValue(serviceToken<boolean>("dryRun"), false);
    container.bindValue(serviceToken<undefined>("nothing"), undefined);
    await container.seal();
    expect([container.get(serviceToken("dryRun")), container.get(serviceToken("nothing"))]).toEqual([false, undefined]);
  });

  test("are handed to what is no service itself", async () => {
    const container = new ServiceContainer();
    container.bindValue(currencyToken, "EUR");
    await container.seal();
    expect(container.make("handler orders", { needs: [currencyToken], create: (currency) => `in ${currency}` })).toBe(
      "in EUR",
    );
    expect(() => container.make("handler orders", { needs: [catalogToken], create: () => "" })).toThrow(
      'Service "handler orders" needs service "catalog", which nobody binds. Bound are: currency.',
    );
  });
});

describe("a wiring mistake is said when the container is sealed", () => {
  test("a need that nobody binds, named with who needs it", async () => {
    const container = new ServiceContainer();
    container.bindValue(currencyToken, "EUR");
    container.bindRecipe(orderBookToken, {
      needs: [catalogToken],
      create: (catalog) => ({ catalog, currency: "EUR" }),
    });
    const sealing = container.seal();

    await expect(sealing).rejects.toThrow(ServiceMissingError);
    await expect(sealing).rejects.toThrow(
      'Service "orderBook" needs service "catalog", which nobody binds. Bound are: currency, orderBook.',
    );
  });

  test("a need of a decorated class that nobody binds", async () => {
    const container = new ServiceContainer();
    container.bindClass(orderBookToken, DecoratedOrderBook);
    container.bindValue(currencyToken, "EUR");
    await expect(container.seal()).rejects.toThrow('Service "orderBook" needs service "catalog", which nobody binds');
  });

  test("a circle, named in full", async () => {
    const container = new ServiceContainer();
    container.bindRecipe(orderBookToken, {
      needs: [catalogToken],
      create: (catalog) => ({ catalog, currency: "EUR" }),
    });
    container.bindRecipe(catalogToken, { needs: [currencyToken], create: () => chairs });
    container.bindRecipe(currencyToken, { needs: [orderBookToken], create: ({ currency }) => currency });
    const sealing = container.seal();

    await expect(sealing).rejects.toThrow(ServiceCircleError);
    await expect(sealing).rejects.toThrow("orderBook → catalog → currency → orderBook");
  });

  test("a circle through a decorated class", async () => {
    const container = new ServiceContainer();
    container.bindClass(orderBookToken, DecoratedOrderBook);
    container.bindRecipe(catalogToken, { needs: [orderBookToken], create: ({ catalog }) => catalog });
    container.bindValue(currencyToken, "EUR");
    await expect(container.seal()).rejects.toThrow("orderBook → catalog → orderBook");
  });

  test("a recipe that fails, named itself and not who needs it", async () => {
    const container = new ServiceContainer();
    container.bindRecipe(orderBookToken, {
      needs: [catalogToken],
      create: (catalog) => ({ catalog, currency: "EUR" }),
    });
    container.bindRecipe(catalogToken, {
      needs: [],
      create: () => {
        throw new Error("catalog.csv is empty");
      },
    });
    const sealing = container.seal();

    await expect(sealing).rejects.toThrow(ServiceFailedError);
    await expect(sealing).rejects.toThrow('Service "catalog" could not be made: catalog.csv is empty');
  });

  test("a recipe that returns a promise", async () => {
    const container = new ServiceContainer();
    container.bindRecipe(serviceToken("catalog"), { needs: [], create: () => Promise.reject(new Error("too late")) });
    await expect(container.seal()).rejects.toThrow(
      'Service "catalog" could not be made: its recipe returned a promise.',
    );
  });

  test("a class without decorators whose constructor needs parts", async () => {
    class Plain {
      readonly currency: string;

      constructor(currency: string) {
        this.currency = currency;
      }
    }
    const container = new ServiceContainer();
    container.bindClass(serviceToken("plain"), Plain);
    await expect(container.seal()).rejects.toThrow(
      'Service "plain" could not be made: its class needs @injectable(), and each part of its constructor @inject(',
    );
  });
});

describe("the container", () => {
  test("refuses a second service of one name", () => {
    const container = new ServiceContainer();
    container.bindValue(currencyToken, "EUR");
    expect(container.has(currencyToken)).toBe(true);
    expect(() => container.bindValue(currencyToken, "USD")).toThrow(ServiceTakenError);
  });

  test("refuses every binding once it is sealed", async () => {
    const container = new ServiceContainer();
    await container.seal();
    expect(() => container.bindValue(currencyToken, "EUR")).toThrow(ContainerSealedError);
    expect(() => container.bindRecipe(catalogToken, { needs: [], create: () => chairs })).toThrow(ContainerSealedError);
    expect(() => container.bindClass(orderBookToken, DecoratedOrderBook)).toThrow(ContainerSealedError);
  });

  test("hands out nothing before it is sealed, and only what is bound", async () => {
    const container = new ServiceContainer();
    container.bindValue(currencyToken, "EUR");
    expect(() => container.get(currencyToken)).toThrow(ContainerOpenError);
    await container.seal();
    expect(() => container.get(catalogToken)).toThrow(
      'Somebody needs service "catalog", which nobody binds. Bound are: currency.',
    );
  });
});
