#pragma once

#include "rootfs/base/error.hpp"

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>

/// The commands of `farboot`. Each function declares one group and its options; what the user chose is run after
/// parsing.
namespace farboot::rootfs
{

/// What the chosen subcommand does.
using Action = std::function<Result<void>()>;

void add_key_commands(CLI::App& app, Action& chosen);
void add_policy_commands(CLI::App& app, Action& chosen);
void add_publish_commands(CLI::App& app, Action& chosen);
void add_record_commands(CLI::App& app, Action& chosen);
void add_version_commands(CLI::App& app, Action& chosen); ///< record publish …: after add_record_commands()
void add_image_commands(CLI::App& app, Action& chosen);
void add_profile_commands(CLI::App& app, Action& chosen);
void add_nbd_export_command(CLI::App& app, Action& chosen);
void add_catalog_commands(CLI::App& app, Action& chosen); ///< entry, location, hardware, rule, user, group, role, token
void add_password_command(CLI::App& app, Action& chosen); ///< user password: after add_catalog_commands()
void add_account_commands(CLI::App& app, Action& chosen);
void add_audit_command(CLI::App& app, Action& chosen);
void add_bucket_commands(CLI::App& app, Action& chosen);
void add_pc_commands(CLI::App& app, Action& chosen);
void add_job_commands(CLI::App& app, Action& chosen);
void add_upload_commands(CLI::App& app, Action& chosen);
void add_explain_command(CLI::App& app, Action& chosen);

/// Declares a subcommand whose options live in an `Options` until the program ends; `run(options)` is its action.
template <class Options>
std::pair<CLI::App*, Options*> add_command(CLI::App& group, Action& chosen, const char* name, const char* description,
                                           Result<void> (*run)(const Options&))
{
    auto* command = group.add_subcommand(name, description);
    auto options = std::make_shared<Options>();
    command->callback([&chosen, options, run] { chosen = [options, run] { return run(*options); }; });
    return {command, options.get()};
}

} // namespace farboot::rootfs
