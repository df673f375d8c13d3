#include "server/cli/commands.hpp"
#include "server/cli/data_folder.hpp"

#include "server/base/files.hpp"
#include "server/catalog/audit.hpp"
#include "server/catalog/database.hpp"
#include "server/catalog/migrate.hpp"
#include "server/catalog/records.hpp"
#include "server/catalog/tokens.hpp"
#include "server/catalog/users.hpp"
#include "server/directory/directory.hpp"
#include "server/oidc/provider.hpp"
#include "server/trust/password.hpp"
#include "server/trust/secret.hpp"

#include <iostream>

namespace farboot::server::cli
{

namespace
{

struct Options {
    PrepareOptions prepare;
    std::string name;
    std::string file;
    bool remove = false;
};

std::chrono::sys_seconds now()
{
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

Result<void> init(const Options& options)
{
    const auto prepared = prepare(options.prepare);
    if (!prepared)
        return std::unexpected(prepared.error());
    const auto& folder = prepared->folder;
    fmt::print("Data folder:            {}\n", folder.path.string());
    fmt::print("Names in certificate:   {}\n", fmt::join(prepared->authority.names(), ", "));
    fmt::print("Authority for clients:  {}\n", (folder.path / "ca.pem").string());
    fmt::print("Statement key (public): {}\n", (folder.path / "statement.pub").string());
    if (prepared->new_admin)
        fmt::print("Password of \"admin\":    in {}\n", folder.password_file().string());
    return {};
}

/// Runs `work(connection)` in a write transaction of an existing data folder's database.
template <class Work>
Result<void> change(const Options& options, Work work)
{
    if (!std::filesystem::is_directory(options.prepare.data))
        return fail("not-found", "There is no data folder {}: make it with \"farboot-server init\".",
                    options.prepare.data.string());
    const auto settings = DataFolder{options.prepare.data}.database();
    if (!settings)
        return std::unexpected(settings.error());
    catalog::Connection connection(*settings);
    if (auto migrated = catalog::migrate(connection); !migrated)
        return migrated;
    return catalog::Database::in_transaction(connection, work);
}

/// Whoever runs this program on the server.
catalog::Author command_line()
{
    return {.user = {}, .token = {}, .address = {}, .at = now()};
}

Result<void> end_token(catalog::Connection& connection, const std::string& name)
{
    const auto old = catalog::find_server_token(connection, name);
    if (!old)
        return fail("not-found", "There is no token {} of the server's own.", name);
    catalog::remove_token(connection, old->id);
    catalog::log_change(connection, command_line(), "remove", fmt::format("token:{}", old->id), old->to_json(),
                        nullptr);
    return {};
}

Result<void> token(const Options& options)
{
    if (options.remove)
        return change(options, [&](catalog::Connection& connection) { return end_token(connection, options.name); });
    const auto secret = "farboot_" + fresh_secret();
    auto set = change(options, [&](catalog::Connection& connection) -> Result<void> {
        if (catalog::find_server_token(connection, options.name))
            if (auto ended = end_token(connection, options.name); !ended)
                return ended;
        catalog::Token made;
        made.name = options.name;
        made.scope = people::Rights({{.rights = people::RightSet::all(), .place = {}}});
        made.created = now();
        const auto created = catalog::create_token(connection, std::move(made), secret);
        if (!created)
            return std::unexpected(created.error());
        catalog::log_change(connection, command_line(), "create", fmt::format("token:{}", created->id), nullptr,
                            created->to_json());
        return {};
    });
    if (set)
        fmt::print("{}\n", secret);
    return set;
}

Result<void> remove_user(catalog::Connection& connection, const std::string& name)
{
    const auto old = catalog::find_user_named(connection, name);
    if (!old)
        return fail("not-found", "There is no user {}.", name);
    auto removed = catalog::remove_user(connection, old->id, "*");
    if (removed)
        catalog::log_change(connection, command_line(), "remove", fmt::format("user:{}", old->id), old->to_json(),
                            nullptr);
    return removed;
}

Result<void> user(const Options& options)
{
    if (options.remove)
        return change(options, [&](catalog::Connection& connection) { return remove_user(connection, options.name); });
    std::string password;
    std::getline(std::cin, password);
    if (password.size() < min_password || password.size() > max_password)
        return fail("password-length", "A password has {} to {} bytes; it is read from one line of the standard input.",
                    min_password, max_password);
    const auto hash = hash_password(password);
    auto set = change(options, [&](catalog::Connection& connection) -> Result<void> {
        const auto before = catalog::find_user_named(connection, options.name);
        const auto after = catalog::set_admin(connection, options.name, hash);
        if (!after)
            return std::unexpected(after.error());
        catalog::log_change(connection, command_line(), "set password", fmt::format("user:{}", after->id),
                            before ? before->to_json() : nlohmann::json(), after->to_json());
        return {};
    });
    std::error_code ignored;
    if (set && options.name == "admin") // no longer true
        std::filesystem::remove(DataFolder{options.prepare.data}.password_file(), ignored);
    return set;
}

Result<void> policy(const Options& options)
{
    const auto envelope = read_file(options.file);
    if (!envelope)
        return std::unexpected(envelope.error());
    return change(options, [&](catalog::Connection& connection) -> Result<void> {
        const auto current = catalog::current_policy(connection);
        const auto installed = catalog::current_record(connection, {"policy", "policy"});
        const auto same = rootfs::Envelope::parse(*envelope);
        if (current && same && same->to_json() == installed->envelope) {
            fmt::print("Policy {} is installed already.\n", current->header.number);
            return {};
        }
        const auto record = catalog::install_policy(connection, *envelope, now());
        if (!record)
            return std::unexpected(record.error());
        catalog::log_change(connection, command_line(), "publish", "record:policy/policy", nullptr,
                            {{"number", record->header.number}});
        fmt::print("Policy {} holds from now on.\n", record->header.number);
        return {};
    });
}

/// What the log-in would find, without a server.
Result<void> ask_directory(const std::string& file, const std::string& name)
{
    auto settings = read_directory_settings(file);
    if (!settings)
        return std::unexpected(settings.error());
    std::string password;
    std::getline(std::cin, password);
    const Directory directory(std::move(*settings));
    const auto person = directory.log_in(name, password);
    if (!person)
        return std::unexpected(person.error());
    fmt::print("DN:     {}\nName:   {}\n", person->dn, person->full_name);
    for (const auto& group : person->groups)
        fmt::print("Group:  {}\n", group);
    return {};
}

/// What a log-in would begin with, without a server.
Result<void> look_at_provider(const std::string& file)
{
    auto settings = read_provider_settings(file);
    if (!settings)
        return std::unexpected(settings.error());
    const OidcProvider provider(std::move(*settings));
    const auto document = provider.look();
    if (!document)
        return std::unexpected(document.error());
    fmt::print("Log-in:    {}\nTokens:    {}\nKeys:      {}\nUser info: {}\n", document->authorization_endpoint,
               document->token_endpoint, document->jwks_uri,
               document->userinfo_endpoint.empty() ? "none" : document->userinfo_endpoint);
    fmt::print("The provider must know as this client's redirect address: https://SERVER/api/v1/oidc/callback\n");
    return {};
}

CLI::App* add(CLI::App& app, const std::shared_ptr<Options>& options, Chosen& chosen, const char* name,
              const char* about, Result<void> (*command)(const Options&))
{
    auto* sub = app.add_subcommand(name, about);
    sub->add_option("--data", options->prepare.data, "The server's data folder")->required()->type_name("DIR");
    sub->callback([options, &chosen, command] { chosen = [options, command] { return command(*options); }; });
    return sub;
}

} // namespace

void add_manage(CLI::App& app, Chosen& chosen)
{
    const auto options = std::make_shared<Options>();
    auto* make = add(app, options, chosen, "init",
                     "Make the data folder's database, authority and keys, as far as they are missing", init);
    make->add_option("--name", options->prepare.names,
                     "A host name or IP address that clients use; more than once for more")
        ->type_name("HOST");
    make->add_option("--database", options->prepare.database,
                     "postgresql://user@host/name; without it, SQLite in the data folder")
        ->envname("FARBOOT_DATABASE")
        ->type_name("URL");

    auto* tokens =
        add(app, options, chosen, "token", "Print a new token for a program that may do what an admin may", token);
    tokens->add_option("--name", options->name, "What it is for; an older token of this name ends")->required();
    tokens->add_flag("--remove", options->remove, "End this name's token instead");

    auto* users = add(app, options, chosen, "user",
                      "Set a user's password from the first line of the standard input, and give "
                      "him all rights",
                      user);
    users->add_option("--name", options->name, "The user; made if there is none")->required();
    users->add_flag("--remove", options->remove, "Remove the user instead");

    auto* directories = app.add_subcommand("ldap", "Try a directory's settings: what does a user's log-in find there? "
                                                   "His password is the first line of the standard input");
    directories->add_option("FILE", options->file, "The settings, as run --ldap takes them")->required();
    directories->add_option("--name", options->name, "The user")->required();
    directories->callback(
        [options, &chosen] { chosen = [options] { return ask_directory(options->file, options->name); }; });

    auto* providers =
        app.add_subcommand("oidc", "Try an OpenID Connect provider's settings: what does it say of itself?");
    providers->add_option("FILE", options->file, "The settings, as run --oidc takes them")->required();
    providers->callback([options, &chosen] { chosen = [options] { return look_at_provider(options->file); }; });

    auto* policies = add(app, options, chosen, "policy",
                         "Install a policy: the first one as it is, later ones if the old one accepts them", policy);
    policies->add_option("FILE", options->file, "The policy's envelope, as \"farboot policy\" writes it")->required();
}

} // namespace farboot::server::cli
