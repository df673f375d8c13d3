#include "server/cli/data_folder.hpp"

#include "server/base/files.hpp"
#include "server/catalog/database.hpp"
#include "server/catalog/migrate.hpp"
#include "server/catalog/pcs.hpp"
#include "server/catalog/users.hpp"
#include "server/trust/password.hpp"
#include "server/trust/secret.hpp"

#include <sys/stat.h>

namespace farboot::server::cli
{

namespace
{

Result<void> make_folder(const std::filesystem::path& data)
{
    std::error_code error;
    const bool made = std::filesystem::create_directories(data, error);
    if (error)
        return fail("io", "Cannot make the folder {}: {}.", data.string(), error.message());
    if (made)
        std::filesystem::permissions(data, std::filesystem::perms::owner_all, error);
    return {};
}

/// The first admin. The file is there before the account: a crash between both leaves a password that the next run
/// replaces.
Result<bool> make_first_admin(const DataFolder& folder, catalog::Connection& connection)
{
    auto work = [&](catalog::Connection& locked) -> Result<bool> {
        if (catalog::has_users(locked))
            return false;
        const auto password = fresh_password();
        if (auto written = write_file(folder.password_file(), password + "\n", 0600); !written)
            return std::unexpected(written.error());
        if (auto set = catalog::set_admin(locked, "admin", hash_password(password)); !set)
            return std::unexpected(set.error());
        return true;
    };
    return catalog::Database::in_transaction(connection, work);
}

/// It lies in a file that nginx can include, which checks tokens with it, too.
Result<std::string> open_store_secret(const std::filesystem::path& data)
{
    constexpr std::string_view before = "set $farboot_secret ";
    constexpr std::string_view after = ";\n";
    const auto file = data / "store-secret.conf";
    auto text = read_file(file, 4096);
    if (!text && text.error().reason != "not-found")
        return text;
    if (!text) {
        text = fmt::format("{}{}{}", before, fresh_secret(), after);
        if (auto written = write_file(file, *text, 0600); !written)
            return std::unexpected(written.error());
    }
    if (!text->starts_with(before) || !text->ends_with(after) || text->size() < before.size() + after.size() + 32)
        return fail("secret-malformed",
                    "{} does not hold the store's secret as it was made. Delete it: a new one is made, and tokens that "
                    "were given out end.",
                    file.string());
    return text->substr(before.size(), text->size() - before.size() - after.size());
}

} // namespace

Result<catalog::DatabaseSettings> DataFolder::database() const
{
    auto url = read_file(path / "database", 4096);
    if (!url && url.error().reason == "not-found")
        return catalog::DatabaseSettings::sqlite(path / "catalog.sqlite");
    if (!url)
        return std::unexpected(url.error());
    while (url->ends_with('\n'))
        url->pop_back();
    return catalog::DatabaseSettings::parse(*url);
}

Result<Prepared> prepare(const PrepareOptions& options)
{
    const DataFolder folder{options.data};
    if (auto made = make_folder(options.data); !made)
        return std::unexpected(made.error());
    if (!options.database.empty()) {
        if (auto good = catalog::DatabaseSettings::parse(options.database); !good)
            return std::unexpected(good.error());
        if (auto kept = write_file(options.data / "database", options.database + "\n", 0600); !kept)
            return std::unexpected(kept.error());
    }
    auto settings = folder.database();
    if (!settings)
        return std::unexpected(settings.error());
    catalog::Connection connection(*settings);
    if (auto migrated = catalog::migrate(connection); !migrated)
        return std::unexpected(migrated.error());
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    auto authority = Authority::open(options.data, options.names, now);
    if (!authority)
        return std::unexpected(authority.error());
    auto key = OnlineKey::open(options.data);
    if (!key)
        return std::unexpected(key.error());
    auto secret = open_store_secret(options.data);
    if (!secret)
        return std::unexpected(secret.error());
    auto for_pcs = [](catalog::Connection& locked) { return catalog::shared_secret(locked, "pc-challenge"); };
    auto pc_secret = catalog::Database::in_transaction(connection, for_pcs);
    if (!pc_secret)
        return std::unexpected(pc_secret.error());
    const auto new_admin = make_first_admin(folder, connection);
    if (!new_admin)
        return std::unexpected(new_admin.error());
    return Prepared{.folder = folder,
                    .database = std::move(*settings),
                    .authority = std::move(*authority),
                    .online_key = std::move(*key),
                    .store_secret = std::move(*secret),
                    .pc_secret = std::move(*pc_secret),
                    .new_admin = *new_admin};
}

} // namespace farboot::server::cli
