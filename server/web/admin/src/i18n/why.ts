/**
 * The sentences of an explanation in the language of the page. The server's own are English; the German ones are made
 * from what it says for programs.
 */
import { localized, type Language, type Localized } from '../../../shared/localized';
import type { Explanation } from '../api/types';

const signs = { uuid: 'an seiner UUID', mac: 'an seiner Netzwerkkarte', dhcp: 'an dem, was DHCP ihm gesagt hat' } as const;
const missing = {
  enabled: 'ist ausgeschaltet',
  hardware: 'gilt nicht: Der PC gehört zu keiner ihrer Hardwareklassen',
  user: 'gilt nicht: Der Benutzer ist keiner von ihren',
  group: 'gilt nicht: Der Benutzer ist in keiner ihrer Gruppen',
  zone: 'gilt nicht: Der Server kennt ihre Zeitzone nicht. Aktualisieren Sie dort tzdata',
  time: 'gilt zu dieser Zeit nicht',
} as const;

type Entry = Explanation['entries'][number];
type Check = Explanation['rules'][number];

export class Why {
  constructor(
    private readonly answer: Explanation,
    private readonly language: Language,
  ) {}

  place(): string {
    const { match, path, others, sentence } = this.answer.place;
    if (this.language === 'en') return sentence;
    if (!match) return 'Der PC ist in keinem Ort: Nur Regeln für alle Orte können gelten.';
    const sign =
      match.sign === 'subnet' ? `an seiner Adresse, in einem Subnetz der Länge ${match.prefix ?? 0}` : signs[match.sign];
    const rest = others.length ? ' Andere Orte, die ihn kennen, liegen weniger tief oder passen weniger genau.' : '';
    return `Der PC ist im Ort ${this.name(path[0]?.name)}; erkannt ${sign}.${rest}`;
  }

  entry({ cause, shown, rule, sentence }: Entry): string {
    if (this.language === 'en') return sentence;
    switch (cause) {
      case 'unpublished':
        return 'Verborgen: Der Record ist nicht veröffentlicht.';
      case 'audience':
        return 'Verborgen: Das Image ist eingeschränkt, und die Adresse des PCs liegt in keinem Netz, für das es gedacht ist.';
      case 'rule-show':
        return `Sichtbar: ${this.rule(rule)} zeigt den Eintrag.`;
      case 'rule-hide':
        return `Verborgen: ${this.rule(rule)} verbirgt den Eintrag.`;
      case 'rule-only':
        return shown
          ? `Sichtbar: ${this.rule(rule)} erlaubt den Eintrag.`
          : `Verborgen: ${this.rule(rule)} erlaubt nur andere Einträge.`;
      case 'own':
        return shown
          ? 'Sichtbar: Der Eintrag ist sichtbar, und keine Regel sagt etwas anderes.'
          : 'Verborgen: Der Eintrag ist verborgen, und keine Regel sagt etwas anderes.';
    }
  }

  auto(): string {
    const { id, seconds, rule, sentence } = this.answer.auto;
    if (this.language === 'en') return sentence;
    if (id === null) {
      return rule === null
        ? 'Nichts startet von selbst: Keine Regel und kein sichtbarer Eintrag sagt es.'
        : `Nichts startet von selbst: ${this.rule(rule)} sagt es.`;
    }
    const why = rule === null ? 'Der Eintrag sagt es, und keine Regel sagt etwas anderes' : `${this.rule(rule)} sagt es`;
    return `${this.title(id)} startet nach ${seconds ?? 0} Sekunden von selbst: ${why}.`;
  }

  preselected(): string {
    const { id, rule, sentence } = this.answer.default;
    if (this.language === 'en') return sentence;
    return id === null
      ? 'Keine Regel nennt eine Vorauswahl, die sichtbar ist: Es ist, was von selbst startet, sonst der erste Eintrag.'
      : `${this.title(id)} ist die Vorauswahl: ${this.rule(rule)} sagt es.`;
  }

  check(check: Check): string {
    if (this.language === 'en') return check.sentence;
    return `${this.rule(check.id)} ${check.missing ? missing[check.missing] : 'gilt'}.`;
  }

  private name(name: Localized | undefined): string {
    return `„${localized(name, this.language)}“`;
  }

  private title(id: number): string {
    return this.name(this.answer.entries.find((entry) => entry.id === id)?.title);
  }

  private rule(id: number | null): string {
    return `Regel ${this.name(this.answer.rules.find((rule) => rule.id === id)?.name)}`;
  }
}
