#pragma once

#include "rootfs/settings/ending.hpp"
#include "rootfs/settings/home.hpp"
#include "rootfs/settings/keyboard.hpp"
#include "rootfs/settings/login.hpp"
#include "rootfs/settings/names.hpp"
#include "rootfs/settings/printers.hpp"
#include "rootfs/settings/proxy.hpp"
#include "rootfs/settings/sources.hpp"
#include "rootfs/settings/ssh_keys.hpp"

namespace farboot::settings
{

/// What the file is called that a booted system is handed, and what its record must list (docs/records.md).
inline constexpr const char* file_name = "settings.json";
/// Of all together, as JSON: what is published by default as the file's `max_bytes`.
inline constexpr std::size_t max_bytes = 64 << 10;

/// Settings of the systems that PCs boot. A setting that is missing says nothing: at a location it is inherited, in a
/// booted system the image's own holds. All have a value that means none.
struct Settings {
    std::optional<Hostname> hostname{};
    std::optional<Locale> locale{};
    std::optional<Keyboard> keyboard{};
    std::optional<TimeZone> time_zone{};
    std::optional<Login> login{};
    std::optional<Home> home{};
    std::optional<Printers> printers{};
    std::optional<Proxy> proxy{};
    std::optional<SshKeys> ssh_keys{};
    std::optional<Idle> idle{};
    std::optional<Shutdown> shutdown{};
    std::optional<Sources> sources{};

    bool operator==(const Settings&) const = default;
    /// {"locale": "de_DE.UTF-8", …}; null is as good as a missing member. Names that are not known are wrong.
    [[nodiscard]] static Parsed<Settings> parse(const Json& value);
    [[nodiscard]] Json to_json() const;

    /// Calls `f` with each member of `self`, one after the other.
    template <class Self, class F>
    static void each(Self&& self, F&& f)
    {
        f(self.hostname);
        f(self.locale);
        f(self.keyboard);
        f(self.time_zone);
        f(self.login);
        f(self.home);
        f(self.printers);
        f(self.proxy);
        f(self.ssh_keys);
        f(self.idle);
        f(self.shutdown);
        f(self.sources);
    }
};

/// What a booted system makes of the file: settings that are wrong, or that it does not know, are left out, and each
/// gets a sentence.
struct Received {
    Settings settings;
    std::vector<std::string> refused;
};

/// `without`: settings that the image does not want from a server; they are left out without a word.
[[nodiscard]] Received receive(std::string_view text, const std::vector<std::string>& without = {});
/// "hostname", "locale", …
[[nodiscard]] std::vector<std::string> names();

} // namespace farboot::settings
