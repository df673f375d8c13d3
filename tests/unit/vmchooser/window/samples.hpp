#pragma once

#include "vmchooser/window/chooser.hpp"

namespace farboot::vmchooser::testing
{

inline MenuEntry machine(const std::string& series, const std::string& de, const std::string& en)
{
    return {{"vm", series}, 1, {de, en}, {}, "vm", {}};
}

inline std::vector<MenuEntry> machines()
{
    return {machine("tiny", "Kleines Linux", "Tiny Linux"), machine("win", "Windows 11", "Windows 11"),
            machine("test", "Testrechner", "Test machine")};
}

inline std::vector<DesktopSession> desktops()
{
    return {{"xfce", "Xfce Session", "", {"startxfce4"}, {"XFCE"}}};
}

} // namespace farboot::vmchooser::testing
