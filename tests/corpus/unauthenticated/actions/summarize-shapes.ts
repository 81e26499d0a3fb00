import { createAction } from 'nango';
import * as z from 'zod';

const Point = z.tuple([z.number(), z.number()]);
const Shape = z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('circle'), center: Point, radius: z.number().positive() }),
    z.object({ kind: z.literal('polygon'), points: z.array(Point).min(3) }),
    z.object({
        kind: z.literal('group'),
        get shapes() {
            return z.array(Shape);
        },
    }),
]) as z.ZodType<ShapeValue>;

type ShapeValue =
    | { kind: 'circle'; center: [number, number]; radius: number }
    | { kind: 'polygon'; points: [number, number][] }
    | { kind: 'group'; shapes: ShapeValue[] };

abstract class Visitor<Result> {
    abstract circle(radius: number): Result;
    abstract polygon(points: readonly (readonly [number, number])[]): Result;
    abstract group(results: Result[]): Result;

    visit(shape: ShapeValue): Result {
        switch (shape.kind) {
            case 'circle':
                return this.circle(shape.radius);
            case 'polygon':
                return this.polygon(shape.points);
            case 'group':
                return this.group(shape.shapes.map((inner) => this.visit(inner)));
        }
    }
}

class Area extends Visitor<number> {
    override circle(radius: number) {
        return Math.PI * radius ** 2;
    }
    override polygon(points: readonly (readonly [number, number])[]) {
        const twice = points.reduce((sum, [x, y], index) => {
            const [nextX, nextY] = points[(index + 1) % points.length]!;
            return sum + x * nextY - nextX * y;
        }, 0);
        return Math.abs(twice) / 2;
    }
    override group(results: number[]) {
        return results.reduce((sum, area) => sum + area, 0);
    }
}

class Count extends Visitor<Map<ShapeValue['kind'], number>> {
    override circle() {
        return new Map([['circle' as const, 1]]);
    }
    override polygon() {
        return new Map([['polygon' as const, 1]]);
    }
    override group(results: Map<ShapeValue['kind'], number>[]) {
        const all = new Map<ShapeValue['kind'], number>([['group', 1]]);
        results.flatMap((one) => [...one]).forEach(([kind, count]) => all.set(kind, (all.get(kind) ?? 0) + count));
        return all;
    }
}

export default createAction({
    description: 'A recursive discriminated union; abstract classes and generics; no request at all',
    version: '1.0.0',
    input: z.object({ shape: Shape }),
    output: z.object({ area: z.number(), counts: z.partialRecord(z.enum(['circle', 'polygon', 'group']), z.number()) }),
    exec: async (nango, { shape }) => {
        nango.setLogger({ level: 'warn' });
        await nango.log('not shown');
        return {
            area: Number(new Area().visit(shape).toPrecision(12)),
            counts: Object.fromEntries(new Count().visit(shape)),
        };
    },
});
