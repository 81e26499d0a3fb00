import { createOnEvent } from 'nango';

interface Person {
    id: number;
    first_name: string;
    last_name: string;
    email: string;
    company: { name: string; city: string };
    tags: string[];
}

export default createOnEvent({
    event: 'validate-connection',
    description: 'Reads a megabyte of JSON, maps every record, and writes them back',
    exec: async (nango) => {
        const { data } = await nango.get<{ records: Person[] }>({ endpoint: '/records' });
        const contacts = data.records.map((person) => ({
            id: person.id,
            name: `${person.first_name} ${person.last_name}`,
            email: person.email.toLowerCase(),
            company: person.company.name,
            tags: person.tags.length
        }));
        await nango.post({ endpoint: '/import', data: { contacts } });
    }
});
