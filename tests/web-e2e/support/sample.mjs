/** A menu as docs/http-api.md has it. */
export const menu = {
  version: 1,
  revision: 17,
  entries: [
    {
      id: 3,
      kind: 'system',
      record: 'boot/debian-desktop',
      number: 3,
      title: { de: 'Debian 12 Desktop', en: 'Debian 12 desktop' },
      description: {
        de: 'Für Übungen und Projekte, mit Büroprogrammen und Compilern',
        en: 'For exercises and projects, with office programs and compilers',
      },
      icon: 'desktop',
    },
    {
      id: 5,
      kind: 'system',
      record: 'boot/windows-lab',
      number: 1,
      title: { de: 'Windows 11 im Labor', en: 'Windows 11 lab' },
      description: { de: 'CAD, GIS und Statistik', en: 'CAD, GIS and statistics' },
      icon: 'windows',
    },
    {
      id: 7,
      kind: 'system',
      record: 'boot/kiosk',
      number: 12,
      title: { de: 'Bibliothekskatalog', en: 'Library catalogue' },
      description: { de: 'Nur der Katalog, ohne Anmeldung', en: 'Only the catalogue, no login' },
      icon: 'kiosk',
    },
    {
      id: 8,
      kind: 'system',
      record: 'boot/rescue',
      number: 2,
      title: { en: 'Disk check' },
      description: { de: 'Werkzeuge für die Administration', en: 'Tools for administrators' },
      icon: 'tool',
    },
  ],
  auto: { id: 3, seconds: 10 },
  gui: 'gui/standard',
  sources: [{ url: 'https://server:8443/store' }],
  policy: 1,
};

export const hello = { event: 'hello', version: 1, server: 'https://boot.example.org:8443', language: 'en' };
export const atMenu = { event: 'state', state: 'menu' };
