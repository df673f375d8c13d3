#include "pbl/textmenu/words.hpp"

namespace farboot::textmenu
{

const Words& words_in(const std::string& language)
{
    static constexpr Words german{
        .network = "Warte auf das Netz …",
        .server = "Frage den Server nach dem Menü …",
        .choose = "Bitte ein System wählen.",
        .empty = "Der Server bietet diesem PC kein System an.",
        .countdown = "{} startet in {} s. Jede Taste hält das an.",
        .fetching = "{} wird geholt …",
        .verifying = "{} wird geprüft …",
        .loading = "{} wird geladen …",
        .handover = "{} startet jetzt.",
        .waiting = "Nächster Versuch in {} s.",
        .left = "noch {} s",
        .key_waits = "PC {}: Der Schlüssel {} wartet auf Bestätigung.",
        .key_other = "PC {} ist mit einem anderen Schlüssel angemeldet; {} wartet auf Bestätigung.",
        .key_lost = "PC {} ist mit einem Schlüssel angemeldet, den dieser PC nicht hat.",
        .login_code = "Zum Anmelden am Telefon {} öffnen und dort {} eingeben. Esc: doch nicht.",
        .login_over = "Die Anmeldung wurde abgelehnt oder hat zu lange gedauert. a: noch einmal",
        .help_keys = "Pfeile, Ziffern: wählen   Enter: starten   Esc: abbrechen   u: Menü erneuern",
        .help_more = "r: Neustart   p: ausschalten   l: English",
        .help_log_in = "   a: anmelden",
        .help_log_out = "   a: abmelden",
    };
    static constexpr Words english{
        .network = "Waiting for the network …",
        .server = "Asking the server for the menu …",
        .choose = "Please choose a system.",
        .empty = "The server offers no system to this PC.",
        .countdown = "{} starts in {} s. Any key stops that.",
        .fetching = "Fetching {} …",
        .verifying = "Checking {} …",
        .loading = "Loading {} …",
        .handover = "{} starts now.",
        .waiting = "Trying again in {} s.",
        .left = "{} s left",
        .key_waits = "PC {}: the key {} waits to be confirmed.",
        .key_other = "PC {} is enrolled with another key; {} waits to be confirmed.",
        .key_lost = "PC {} is enrolled with a key that this PC does not have.",
        .login_code = "To log in, open {} on your phone and type {} there. Esc: not after all.",
        .login_over = "The log-in was refused or took too long. a: once more",
        .help_keys = "Arrows, digits: choose   Enter: start   Esc: cancel   u: renew the menu",
        .help_more = "r: restart   p: power off   l: Deutsch",
        .help_log_in = "   a: log in",
        .help_log_out = "   a: log out",
    };
    return language == "de" ? german : english;
}

} // namespace farboot::textmenu
