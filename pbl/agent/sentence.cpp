#include "pbl/agent/sentence.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace farboot::agent
{

namespace
{

struct Translation {
    std::string_view reason;
    bool refusal; ///< listed in docs/records.md
    const char* de;
    const char* en;
};

// {record}: what was asked for. {server}: the server's URL. {detail}: the error's own English words.
constexpr std::array translations{
    // docs/records.md
    Translation{"envelope-malformed", true,
                "{record} ist beschädigt angekommen (kein gültiger Umschlag) und wird nicht gestartet. Bitte die "
                "Betreuung benachrichtigen.",
                "{record} arrived damaged (not a valid envelope) and is not started. Please tell your support."},
    Translation{
        "type-unknown", true,
        "{record} hat eine Art oder Version, die dieses Startsystem nicht kennt. Das Startsystem muss erneuert werden.",
        "{record} is of a type or version that this preboot system does not know. The preboot system has to be "
        "renewed."},
    Translation{
        "type-mismatch", true,
        "Für {record} kam ein Dokument anderer Art; es wird nicht gestartet. Bitte die Betreuung benachrichtigen.",
        "For {record} a document of another type came; it is not started. Please tell your support."},
    Translation{"signature-missing", true,
                "{record} ist nicht unterschrieben und wird nicht gestartet. Bitte die Betreuung benachrichtigen.",
                "{record} is not signed and is not started. Please tell your support."},
    Translation{
        "key-unknown", true,
        "{record} ist mit einem Schlüssel unterschrieben, dem dieser PC nicht vertraut, und wird nicht gestartet. "
        "Bitte die Betreuung benachrichtigen.",
        "{record} is signed by a key that this PC does not trust, and is not started. Please tell your support."},
    Translation{
        "signature-invalid", true,
        "Eine Unterschrift von {record} ist falsch: Der Inhalt wurde verändert. Es wird nicht gestartet. Bitte die "
        "Betreuung benachrichtigen.",
        "A signature of {record} is wrong: its content has been changed. It is not started. Please tell your support."},
    Translation{"signatures-too-few", true,
                "{record} trägt zu wenige gültige Unterschriften und wird nicht gestartet. Bitte die Betreuung "
                "benachrichtigen.",
                "{record} has too few valid signatures and is not started. Please tell your support."},
    Translation{"record-malformed", true,
                "{record} ist fehlerhaft und wird nicht gestartet ({detail}). Bitte die Betreuung benachrichtigen.",
                "{record} is faulty and is not started ({detail}). Please tell your support."},
    Translation{
        "series-mismatch", true,
        "Statt {record} kam ein anderes Dokument; es wird nicht gestartet. Bitte die Betreuung benachrichtigen.",
        "Another document came instead of {record}; it is not started. Please tell your support."},
    Translation{"statement-stale", true,
                "Der Server kann nicht belegen, dass {record} aktuell ist: Seine Auskunft ist veraltet oder nicht für "
                "diesen PC. Bitte noch einmal versuchen.",
                "The server cannot show that {record} is current: its statement is stale or not for this PC. Please "
                "try again."},
    Translation{"number-too-low", true,
                "{record} ist eine alte Version, die der Server nicht mehr erlaubt, und wird nicht gestartet. Bitte "
                "noch einmal versuchen oder die Betreuung benachrichtigen.",
                "{record} is an old version that the server no longer allows, and is not started. Please try again or "
                "tell your support."},
    Translation{
        "number-gap", true,
        "Zwischen der Richtlinie dieses PCs und {record} fehlen Versionen. Bitte die Betreuung benachrichtigen.",
        "Versions between this PC's policy and {record} are missing. Please tell your support."},
    Translation{"revoked", true, "{record} wurde zurückgezogen und wird nicht gestartet. Bitte etwas anderes wählen.",
                "{record} has been revoked and is not started. Please choose something else."},
    Translation{
        "digest-mismatch", true,
        "Eine Datei von {record} ist verändert oder beschädigt, bei jeder Quelle. Es wird nicht gestartet. Bitte die "
        "Betreuung benachrichtigen.",
        "A file of {record} is changed or damaged at every source. It is not started. Please tell your support."},
    // the network and the server
    Translation{"network-missing", false,
                "Noch keine Adresse vom Netz. Steckt das Netzkabel? Es wird von selbst weiter versucht.",
                "No address from the network yet. Is the cable plugged in? It is tried again by itself."},
    Translation{"network-malformed", false, "Die Netzdaten sind unlesbar: {detail}",
                "The network's data cannot be read: {detail}"},
    Translation{
        "unreachable", false,
        "{server} ist nicht zu erreichen. Es wird von selbst weiter versucht; sonst bitte Netzkabel und Server prüfen.",
        "{server} cannot be reached. It is tried again by itself; otherwise please check the cable and the server."},
    Translation{
        "tls", false,
        "{server} kann nicht belegen, dass er der richtige Server ist. Ist dies das richtige Netz? Es wird von selbst "
        "weiter versucht.",
        "{server} cannot prove that it is the right server. Is this the right network? It is tried again by itself."},
    Translation{"stalled", false, "{server} antwortet nicht mehr. Es wird von selbst weiter versucht.",
                "{server} does not answer any more. It is tried again by itself."},
    Translation{"truncated", false, "Die Verbindung zu {server} ist abgerissen. Es geht von selbst weiter.",
                "The connection to {server} was lost. It goes on by itself."},
    Translation{"too-long", false, "{server} schickt mehr Daten, als erlaubt ist. Bitte die Betreuung benachrichtigen.",
                "{server} sends more data than is allowed. Please tell your support."},
    Translation{"range-ignored", false,
                "{server} kann abgerissene Übertragungen nicht fortsetzen. Bitte die Betreuung benachrichtigen.",
                "{server} cannot continue a transfer that was lost. Please tell your support."},
    Translation{"http-404", false,
                "{server} hat {record} nicht. Bitte etwas anderes wählen oder die Betreuung benachrichtigen.",
                "{server} does not have {record}. Please choose something else or tell your support."},
    Translation{"menu-malformed", false,
                "Das Menü von {server} ist unlesbar: {detail} Bitte die Betreuung benachrichtigen.",
                "The menu of {server} cannot be read: {detail} Please tell your support."},
    Translation{"menu-version", false,
                "Das Menü von {server} hat eine Version, die dieses Startsystem nicht kennt. Das Startsystem muss "
                "erneuert werden.",
                "The menu of {server} has a version that this preboot system does not know. The preboot system has to "
                "be renewed."},
    // this PC
    Translation{"memory-short", false, "Dieser PC hat zu wenig freien Arbeitsspeicher für {record}. {detail}",
                "This PC has too little free memory for {record}. {detail}"},
    Translation{"kexec-failed", false, "Der Kern von {record} ließ sich nicht laden: {detail}",
                "The kernel of {record} cannot be loaded: {detail}"},
    Translation{"firmware-bios", false,
                "Das geht nur auf PCs mit UEFI-Firmware; dieser ist mit einem BIOS gestartet. Bitte den PC neu starten "
                "und die Taste für Firmware oder Startmenü drücken, die er anzeigt.",
                "That works on PCs with UEFI firmware only; this one was started by a BIOS. Please restart the PC and "
                "press the key for its set-up or boot menu that it shows."},
    Translation{"firmware-setup", false,
                "Die Firmware dieses PCs nimmt den Wunsch nicht an. {detail} Bitte den PC neu starten und die Taste "
                "drücken, die er anzeigt.",
                "The firmware of this PC does not take the request. {detail} Please restart the PC and press the key "
                "that it shows."},
    Translation{"disk-missing", false, "Auf diesem PC ist keine Festplatte, von der er starten kann. {detail}",
                "This PC has no disk that it can start from. {detail}"},
    Translation{"tool-unknown", false, "Dieses Startsystem kennt {record} nicht; es muss erneuert werden.",
                "This preboot system does not know {record}; it has to be renewed."},
    Translation{"gui-failed", false,
                "Die grafische Oberfläche lässt sich nicht starten. Dieses Textmenü kann alles, was sie kann.",
                "The graphical menu cannot be started. This text menu can do all it can."},
};

const Translation* find(std::string_view reason)
{
    const auto* found = std::ranges::find(translations, reason, &Translation::reason);
    return found == translations.end() ? nullptr : found;
}

std::string fill(const char* pattern, const Error& error, const Subject& subject)
{
    return fmt::format(fmt::runtime(pattern), fmt::arg("record", subject.record), fmt::arg("server", subject.server),
                       fmt::arg("detail", error.sentence));
}

} // namespace

Sentence sentence_for(const Error& error, const Subject& subject)
{
    if (const auto* translation = find(error.reason))
        return {fill(translation->de, error, subject), fill(translation->en, error, subject)};
    if (error.reason.starts_with("http-"))
        return {fill("{server} meldet einen Fehler: {detail}", error, subject),
                fill("{server} reports an error: {detail}", error, subject)};
    return {fill("Das ging nicht: {detail}", error, subject), fill("That did not work: {detail}", error, subject)};
}

std::vector<std::string_view> translated_reasons()
{
    std::vector<std::string_view> reasons;
    for (const auto& translation : translations)
        reasons.push_back(translation.reason);
    return reasons;
}

bool is_transient(const Error& error)
{
    constexpr std::array<std::string_view, 7> reasons{"unreachable", "tls",      "stalled", "truncated",
                                                      "http-408",    "http-429", "http-425"};
    return error.reason.starts_with("http-5") || std::ranges::find(reasons, error.reason) != reasons.end();
}

bool is_refusal(const Error& error)
{
    const auto* translation = find(error.reason);
    return translation && translation->refusal;
}

} // namespace farboot::agent
