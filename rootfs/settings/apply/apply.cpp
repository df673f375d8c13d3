#include "rootfs/settings/apply/apply.hpp"

namespace farboot::settings
{

bool apply_all(const Received& received, Machine& machine, const std::function<void(std::string)>& say)
{
    bool all = received.refused.empty();
    for (const auto& sentence : received.refused)
        say(sentence);
    std::string applied;
    const auto note = [&](const char* name, const Result<void>& result) {
        if (result)
            applied += (applied.empty() ? "" : ", ") + std::string(name);
        else
            say(fmt::format("{} is not applied: {}", name, result.error().sentence));
        all = all && result;
    };
    Settings::each(received.settings, [&]<class T>(const std::optional<T>& setting) {
        if constexpr (!std::is_same_v<T, Sources>) // the menu's, which has come another way
            if (setting)
                note(T::name, apply(*setting, machine));
    });
    note("the word about files", tell_home(received.settings.home, machine));
    if (const auto started = machine.start_units(); !started)
        note("what systemd is to start", started);
    say(fmt::format("applied: {}", applied));
    return all;
}

} // namespace farboot::settings
