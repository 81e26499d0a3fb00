/** Amounts as Stripe counts them, in the smallest unit, and as people write them. */
export namespace Money {
    const WITHOUT_CENTS = new Set(['jpy', 'krw', 'vnd']);

    export function digits(currency: string): number {
        return WITHOUT_CENTS.has(currency) ? 0 : 2;
    }

    export function fromUnits(units: number, currency: string): number {
        return units / 10 ** digits(currency);
    }

    export function toUnits(amount: number, currency: string): number {
        return Math.round(amount * 10 ** digits(currency));
    }

    export function format(units: number, currency: string, locale: string): string {
        return new Intl.NumberFormat(locale, { style: 'currency', currency }).format(fromUnits(units, currency));
    }
}
