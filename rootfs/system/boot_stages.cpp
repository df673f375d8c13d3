#include "rootfs/system/boot_stages.hpp"

#include <systemd/sd-id128.h>
#include <systemd/sd-journal.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <memory>

namespace farboot::rootfs
{

namespace
{

constexpr std::size_t max_stages = 100;
constexpr std::string_view chooser_stage = "vmchooser-ready";
constexpr auto settling = std::chrono::minutes(1);
constexpr auto longest_start = std::chrono::minutes(5);
/// SD_MESSAGE_STARTUP_FINISHED: systemd has started all that it was told to start.
constexpr std::string_view startup_finished = "MESSAGE_ID=b07a249cd024414a82dd00cd181378ff";

struct CloseJournal {
    void operator()(sd_journal* journal) const { sd_journal_close(journal); }
};
using Journal = std::unique_ptr<sd_journal, CloseJournal>;

/// A field of the entry; empty if it has none.
std::string_view field(sd_journal* journal, std::string_view name)
{
    const void* data = nullptr;
    std::size_t size = 0;
    if (sd_journal_get_data(journal, std::string(name).c_str(), &data, &size) < 0)
        return {};
    return std::string_view(static_cast<const char*>(data), size).substr(std::min(size, name.size() + 1));
}

/// When it was said, by the sender's own clock if there is that: the kernel's lines come to the journal late.
double seconds_of(sd_journal* journal)
{
    std::uint64_t microseconds = 0;
    const auto text = field(journal, "_SOURCE_MONOTONIC_TIMESTAMP");
    if (std::from_chars(text.data(), text.data() + text.size(), microseconds).ec != std::errc())
        sd_journal_get_monotonic_usec(journal, &microseconds, nullptr);
    return static_cast<double>(microseconds) / 1e6;
}

} // namespace

std::string_view stage_in(std::string_view line)
{
    constexpr std::string_view before = "farboot: stage: ";
    if (!line.starts_with(before))
        return {};
    const auto rest = line.substr(before.size());
    return rest.substr(0, rest.find(' '));
}

Result<std::vector<BootStage>> boot_stages()
{
    sd_journal* opened = nullptr;
    if (const int error = sd_journal_open(&opened, SD_JOURNAL_LOCAL_ONLY); error < 0)
        return fail("journal", "The journal cannot be read: {}.", std::strerror(-error));
    const Journal journal(opened);
    sd_id128_t boot{};
    char text[SD_ID128_STRING_MAX];
    if (sd_id128_get_boot(&boot) < 0)
        return fail("journal", "The kernel's boot has no number.");
    const auto this_boot = "_BOOT_ID=" + std::string(sd_id128_to_string(boot, text));
    sd_journal_add_match(opened, this_boot.data(), this_boot.size());
    sd_journal_add_conjunction(opened);
    for (const auto sender : {std::string_view("SYSLOG_IDENTIFIER=farboot"),
                              std::string_view("SYSLOG_IDENTIFIER=vmchooser"), startup_finished}) {
        sd_journal_add_match(opened, sender.data(), sender.size());
        sd_journal_add_disjunction(opened);
    }
    std::vector<BootStage> stages;
    while (stages.size() < max_stages && sd_journal_next(opened) > 0) {
        const bool finished = field(opened, "MESSAGE_ID") == startup_finished.substr(startup_finished.find('=') + 1);
        // Of what the initramfs has written to /dev/kmsg, the journal makes a sender "farboot" and the rest.
        const std::string prefix = field(opened, "SYSLOG_IDENTIFIER") == "farboot" ? "farboot: " : "";
        const auto line = prefix + std::string(field(opened, "MESSAGE"));
        const auto name = finished ? std::string_view(startup_stage) : stage_in(line);
        if (!name.empty() && std::ranges::find(stages, name, &BootStage::name) == stages.end())
            stages.push_back({std::string(name), seconds_of(opened)});
    }
    return stages;
}

bool has_started(const std::vector<BootStage>& stages, std::chrono::duration<double> up,
                 std::chrono::duration<double> looking)
{
    return looking > longest_start || std::ranges::any_of(stages, [&](const BootStage& stage) {
               return stage.name == chooser_stage ||
                      (stage.name == startup_stage && std::chrono::duration<double>(stage.seconds) + settling < up);
           });
}

} // namespace farboot::rootfs
