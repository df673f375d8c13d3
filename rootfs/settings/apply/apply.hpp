#pragma once

#include "rootfs/settings/apply/machine.hpp"
#include "rootfs/settings/settings.hpp"

#include <functional>
#include <string_view>

/// Each setting, and how a Debian system is brought to it (docs/settings.md has the files). What was applied already is
/// left alone. Reasons: io, program-failed, lacking (something is not installed in the image; the sentence says what).
namespace farboot::settings
{

[[nodiscard]] Result<void> apply(const Hostname& hostname, Machine& machine);
[[nodiscard]] Result<void> apply(const Locale& locale, Machine& machine);
[[nodiscard]] Result<void> apply(const Keyboard& keyboard, Machine& machine);
[[nodiscard]] Result<void> apply(const TimeZone& zone, Machine& machine);
[[nodiscard]] Result<void> apply(const Login& login, Machine& machine);
[[nodiscard]] Result<void> apply(const Home& home, Machine& machine);
[[nodiscard]] Result<void> apply(const Printers& printers, Machine& machine);
[[nodiscard]] Result<void> apply(const Proxy& proxy, Machine& machine);
[[nodiscard]] Result<void> apply(const SshKeys& keys, Machine& machine);
[[nodiscard]] Result<void> apply(const Idle& idle, Machine& machine);
[[nodiscard]] Result<void> apply(const Shutdown& shutdown, Machine& machine);

/// Tells sessions (the vmchooser, text log-ins) whether files stay. `home`: nothing was said, or "none": they vanish,
/// unless the image brings a /home of its own.
[[nodiscard]] Result<void> tell_home(const std::optional<Home>& home, Machine& machine);

/// Makes CUPS know the printers; it must run. For the unit that apply() writes.
[[nodiscard]] Result<void> add_printers(const Printers& printers, Machine& machine);

/// All of what a file says, one setting after the other: one that fails keeps no other from being applied. `say` gets a
/// sentence for each. False: something was not applied.
bool apply_all(const Received& received, Machine& machine, const std::function<void(std::string)>& say);

} // namespace farboot::settings
