#pragma once

#include "rootfs/base/error.hpp"

#include <CLI/CLI.hpp>

#include <functional>

/// The program's commands. Each adds itself to the command line, and sets `chosen` to what it does.
namespace farboot::server::cli
{

using Chosen = std::function<Result<void>()>;

void add_run(CLI::App& app, Chosen& chosen);
/// init, token, user, ldap, policy
void add_manage(CLI::App& app, Chosen& chosen);

void add_backup(CLI::App& app, Chosen& chosen); ///< backup, restore

} // namespace farboot::server::cli
