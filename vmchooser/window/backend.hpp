#pragma once

#include "vmchooser/catalog/menu.hpp"
#include "vmchooser/launch/launcher.hpp"

#include <cstdint>
#include <functional>
#include <stop_token>

namespace farboot::vmchooser
{

enum class PowerAction { restart, power_off };

/// What the window needs of the rest of the program. Each is called on a thread of its own, and may block until
/// stopped.
struct Backend {
    std::function<Result<Menu>(std::stop_token)> menu;
    std::function<Result<void>(const MenuEntry&, std::stop_token, const Launcher::Progress&)> run;
    std::function<Result<void>(PowerAction)> power;
    /// CatalogClient::login()
    std::function<Result<std::string>(const std::string& step)> login{};
};

} // namespace farboot::vmchooser
