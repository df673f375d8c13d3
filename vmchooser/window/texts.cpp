#include "vmchooser/window/texts.hpp"

#include <string_view>

namespace farboot::vmchooser
{
namespace
{

struct Text {
    const char* name;
    const char* de;
    const char* en;
};

constexpr Text texts[] = {
    {"heading", "Was möchten Sie starten?", "What do you want to start?"},
    {"machines", "Virtuelle Maschinen", "Virtual machines"},
    {"desktops", "Auf diesem PC", "On this PC"},
    {"desktopDescription", "Arbeitsplatz auf diesem PC", "A desktop on this PC"},
    {"list", "Virtuelle Maschinen und Desktops", "Virtual machines and desktops"},
    {"nothing", "Hier gibt es noch nichts zu starten.", "There is nothing to start here yet."},
    {"nothingHint", "Fragen Sie die Administration dieses Raums.", "Ask the administrator of this room."},
    {"asking", "Der Server wird nach virtuellen Maschinen gefragt …", "Asking the server for virtual machines …"},
    {"user", "Angemeldet als {user}", "Logged in as {user}"},
    {"hintChoose", "wählen", "choose"},
    {"hintStart", "starten", "start"},
    {"hintLetters", "springen", "jump"},
    {"hintRefresh", "neu laden", "reload"},
    {"hintCancel", "abbrechen", "cancel"},
    {"language", "English", "Deutsch"},
    {"languageLabel", "This window in English", "Dieses Fenster auf Deutsch"},
    {"logOut", "Abmelden", "Log out"},
    {"logIn", "Anmelden", "Log in"},
    {"loginTitle", "Mit dem Telefon anmelden", "Log in with your phone"},
    {"loginHint", "Den Code mit der Kamera des Telefons aufnehmen, oder diese Adresse öffnen und den Code eingeben:",
     "Scan the code with your phone's camera, or open this address and type the code:"},
    {"loginPrivate", "Ihr Passwort bleibt auf dem Telefon.", "Your password stays on your phone."},
    {"loginAsking", "Der Server wird nach einem Code gefragt …", "Asking the server for a code …"},
    {"loginRefused", "Die Anmeldung wurde am anderen Gerät abgelehnt.", "The log-in was refused on the other device."},
    {"loginExpired", "Der Code wurde nicht rechtzeitig bestätigt.", "The code was not confirmed in time."},
    {"loginAgain", "Neuer Code", "New code"},
    {"power", "Ausschalten", "Power"},
    {"powerTitle", "Neu starten oder ausschalten", "Restart or power off"},
    {"restart", "Neu starten", "Restart"},
    {"powerOff", "Ausschalten", "Power off"},
    {"back", "Zurück", "Back"},
    {"cancel", "Abbrechen", "Cancel"},
    {"starting", "Start von", "Starting"},
    {"running", "Läuft", "Running"},
    {"stepChecking", "Prüfen", "Checking"},
    {"stepDisk", "Platte", "Disk"},
    {"stepStarting", "Starten", "Starting"},
    {"stepRunning", "Anzeigen", "Showing"},
    {"stepCheckingText", "Die Signaturen der Maschine werden geholt und geprüft.",
     "The machine's signatures are being fetched and checked."},
    {"stepDiskText", "Die virtuelle Platte wird bereitgestellt. Gelesen wird nur, was gebraucht wird.",
     "The virtual disk is being made ready. Only what is needed will be read."},
    {"stepStartingText", "Die virtuelle Maschine wird gestartet.", "The virtual machine is being started."},
    {"stepRunningText",
     "Die Maschine läuft, gleich erscheint ihr Bild. Was Sie auf ihrer Platte ändern, ist nach dem Ausschalten "
     "verworfen.",
     "The machine runs; its screen appears in a moment. What you change on its disk is gone once it is off."},
    {"cancelling", "Wird abgebrochen …", "Cancelling …"},
    {"errorTitle", "{title} konnte nicht gestartet werden", "{title} could not be started"},
    {"errorHint", "Wählen Sie einen Eintrag, um weiterzumachen.", "Choose an entry to go on."},
    {"waitingTitle", "Die virtuellen Maschinen sind gerade nicht erreichbar",
     "The virtual machines cannot be reached at the moment"},
    {"retryIn", "Nächster Versuch in {seconds} s", "Next try in {seconds} s"},
    {"retryNow", "Neuer Versuch …", "Trying again …"},
    {"retry", "Jetzt versuchen", "Try now"},
    {"dataTitle", "Keine virtuellen Maschinen", "No virtual machines"},
    {"vanishTitle", "Ihre Dateien bleiben nicht hier", "Your files do not stay here"},
    {"vanishSentence",
     "Was Sie auf diesem PC speichern, ist weg, wenn er ausgeschaltet wird. Heben Sie es anderswo auf.",
     "What you save on this PC is gone when it is switched off. Keep it somewhere else."},
    {"powerError", "Das hat nicht geklappt", "This did not work"},
};

/// In German, by reason (docs/records.md, docs/agent-protocol.md, and this program's own). English says the error's own
/// sentence.
struct GermanError {
    const char* reason;
    const char* sentence;
};

constexpr GermanError german_errors[] = {
    {"unreachable", "Der Server ist nicht erreichbar. Prüfen Sie das Netzkabel; es wird von selbst neu versucht."},
    {"stalled", "Der Server antwortet nicht mehr. Bitte versuchen Sie es in einem Moment noch einmal."},
    {"tls",
     "Der Server konnte sich nicht ausweisen. Prüfen Sie die Uhrzeit des PCs, oder fragen Sie die Administration."},
    {"truncated", "Die Antwort des Servers kam nicht ganz an. Bitte versuchen Sie es noch einmal."},
    {"too-long", "Die Antwort des Servers ist zu groß und wurde verworfen."},
    {"http-404", "Diese Maschine gibt es auf dem Server nicht mehr."},
    {"menu-malformed", "Das Menü des Servers ist nicht zu verstehen. Bitte sagen Sie der Administration Bescheid."},
    {"menu-version",
     "Der Server spricht eine neuere Sprache als dieses Programm. Das System braucht eine Aktualisierung."},
    {"session-data",
     "Dieses System wurde nicht von Farboot gestartet. Die installierten Desktops können Sie trotzdem benutzen."},
    {"envelope-malformed", "Die Beschreibung der Maschine ist beschädigt und wird nicht benutzt."},
    {"type-unknown", "Die Beschreibung der Maschine ist von einer Art, die dieses Programm nicht kennt."},
    {"type-mismatch", "Die Beschreibung der Maschine ist von einer anderen Art als erwartet."},
    {"signature-missing", "Die Beschreibung der Maschine ist nicht unterschrieben."},
    {"key-unknown", "Die Maschine ist von niemandem unterschrieben, dem dieser PC vertraut."},
    {"signature-invalid", "Eine Unterschrift der Maschine stimmt nicht: Sie wurde verändert."},
    {"signatures-too-few", "Der Maschine fehlen Unterschriften."},
    {"record-malformed", "Die Beschreibung der Maschine ist fehlerhaft."},
    {"series-mismatch", "Der Server hat eine andere Maschine geschickt als gewünscht."},
    {"statement-stale", "Die Auskunft des Servers ist zu alt. Bitte versuchen Sie es noch einmal."},
    {"number-too-low", "Der Server hat eine veraltete Fassung der Maschine geschickt."},
    {"revoked", "Diese Maschine wurde zurückgezogen."},
    {"digest-mismatch", "Die Daten der Maschine sind beschädigt."},
    {"reader-unreachable", "Der Leser für virtuelle Platten antwortet nicht. Bitte versuchen Sie es noch einmal."},
    {"reader-protocol", "Der Leser für virtuelle Platten hat eine unverständliche Antwort gegeben."},
    {"memory-short", "Dieser PC hat zu wenig freien Arbeitsspeicher für diese Maschine."},
    {"cpus-short", "Dieser PC hat zu wenig Prozessoren für diese Maschine."},
    {"machine-unsupported", "Die Maschine verlangt Geräte, die es auf diesem PC nicht gibt."},
    {"machine-exists", "Diese Maschine läuft schon."},
    {"machine-start", "Die virtuelle Maschine ließ sich nicht starten."},
    {"machine-failed", "Die virtuelle Maschine ist unerwartet zu Ende gegangen. Ihre Platte ist unversehrt."},
    {"hypervisor-unreachable", "Die Virtualisierung dieses PCs (libvirt) antwortet nicht."},
    {"hypervisor-lost", "Die Virtualisierung dieses PCs ist ausgefallen, und mit ihr die Maschine."},
    {"viewer-failed", "Das Bild der Maschine lässt sich nicht anzeigen."},
    {"scratch", "Es fehlt Platz für die Änderungen auf der virtuellen Platte."},
    {"program-missing", "Auf diesem PC fehlt ein Programm, das dafür gebraucht wird."},
    {"power", "Der PC lässt das gerade nicht zu."},
};

} // namespace

QString Texts::of(const char* name) const
{
    for (const auto& text : texts)
        if (std::string_view(text.name) == name)
            return QString::fromUtf8(language_ == "de" ? text.de : text.en);
    return QString::fromUtf8(name);
}

QVariantMap Texts::all() const
{
    QVariantMap map;
    for (const auto& text : texts)
        map[text.name] = of(text.name);
    return map;
}

QString Texts::error(const Error& error) const
{
    const auto sentence = QString::fromStdString(error.sentence);
    if (language_ != "de")
        return sentence;
    for (const auto& text : german_errors)
        if (error.reason == text.reason)
            return QString::fromUtf8(text.sentence);
    if (error.reason.starts_with("http-5"))
        return "Der Server kann gerade nicht antworten. Bitte versuchen Sie es in einem Moment noch einmal.";
    if (error.reason.starts_with("http-"))
        return "Der Server hat die Anfrage abgelehnt.";
    return sentence;
}

} // namespace farboot::vmchooser
