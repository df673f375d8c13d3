#include "server/cli/commands.hpp"
#include "server/cli/data_folder.hpp"

#include "rootfs/cli/child_program.hpp"
#include "server/base/files.hpp"
#include "server/catalog/sql.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <fcntl.h>
#include <unistd.h>

/// A backup is a tar archive: backup.json, the data folder's files but the database, and the database as catalog.sqlite
/// or, as pg_dump writes it, catalog.pgdump.
namespace farboot::server::cli
{

using catalog::Connection;
using catalog::DatabaseSettings;
using rootfs::run_program;
namespace fs = std::filesystem;

namespace
{

constexpr int format = 1;
constexpr std::string_view sheet_name = "backup.json";
constexpr std::string_view sqlite_name = "catalog.sqlite";
constexpr std::string_view dump_name = "catalog.pgdump";

struct Options {
    fs::path data;
    fs::path file;
    std::string database;
};

/// A folder for the owner alone, beside what it is for; gone with this object.
class Stage
{
public:
    explicit Stage(const fs::path& beside)
    {
        auto pattern = (fs::absolute(beside).parent_path() / ".farboot-backup-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr)
            throw std::runtime_error(fmt::format("Cannot make a folder in {}: {}.",
                                                 fs::absolute(beside).parent_path().string(),
                                                 std::generic_category().message(errno)));
        path_ = pattern;
    }
    ~Stage()
    {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    Stage(const Stage&) = delete;
    Stage& operator=(const Stage&) = delete;
    [[nodiscard]] const fs::path& path() const { return path_; }

private:
    fs::path path_;
};

bool is_postgresql(const DatabaseSettings& settings)
{
    return settings.kind == DatabaseSettings::Kind::postgresql;
}

/// A connection string of libpq; there is no password in it.
std::string conninfo(const DatabaseSettings& settings)
{
    std::string text;
    const auto add = [&text](std::string_view name, std::string_view value) {
        if (value.empty())
            return;
        text += fmt::format("{}{}='", text.empty() ? "" : " ", name);
        for (const char c : value)
            text += c == '\'' || c == '\\' ? std::string{'\\', c} : std::string{c};
        text += '\'';
    };
    add("dbname", settings.name);
    add("host", settings.host);
    add("port", settings.port ? std::to_string(settings.port) : "");
    add("user", settings.user);
    for (std::string_view rest = settings.options; !rest.empty();) {
        const auto each = rest.substr(0, rest.find(';'));
        rest.remove_prefix(std::min(rest.size(), each.size() + 1));
        const auto equals = std::min(each.find('='), each.size());
        add(each.substr(0, equals), each.substr(std::min(equals + 1, each.size())));
    }
    return text;
}

int known_schema()
{
    return catalog::migrations().back().first;
}

Result<void> no_newer(std::int64_t schema, std::string_view what)
{
    if (schema <= known_schema())
        return {};
    return fail("schema-newer",
                "{} has schema {}, and this farboot-server knows schemas up to {} only: use the version that has made "
                "it, or a newer one.",
                what, schema, known_schema());
}

/// The database as it is at one moment, while others go on writing.
Result<std::int64_t> copy_database(const DatabaseSettings& settings, const fs::path& into)
{
    Connection connection(settings);
    std::int64_t schema = 0;
    if (auto row = connection.run("schema-version"); row.next())
        schema = catalog::number_of(row, "version");
    if (auto good = no_newer(schema, "The database"); !good)
        return std::unexpected(good.error());
    if (is_postgresql(settings)) {
        if (auto there = rootfs::find_program("pg_dump", "postgresql-client"); !there)
            return std::unexpected(there.error());
        const auto done = run_program({"pg_dump", "--format=custom", "--no-owner", "--no-privileges",
                                       "--file=" + (into / dump_name).string(), "--dbname=" + conninfo(settings)},
                                      {});
        if (!done)
            return std::unexpected(done.error());
        return schema;
    }
    auto file = (into / sqlite_name).string();
    for (std::size_t at = 0; (at = file.find('\'', at)) != std::string::npos; at += 2)
        file.insert(at, 1, '\'');
    connection.execute("VACUUM INTO '" + file + "'");
    return schema;
}

/// All but the database, and where that is.
void copy_files(const fs::path& from, const fs::path& into)
{
    for (const auto& item : fs::directory_iterator(from)) {
        const auto name = item.path().filename().string();
        if (item.is_regular_file() && !name.starts_with(sqlite_name) && name != "database" && !name.starts_with('.'))
            fs::copy_file(item.path(), into / name);
    }
}

Result<void> sync(const fs::path& path)
{
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    const bool done = fd >= 0 && ::fsync(fd) == 0;
    const auto problem = std::generic_category().message(errno);
    if (fd >= 0)
        ::close(fd);
    if (!done)
        return fail("io", "Cannot write {} to the disk: {}.", path.string(), problem);
    return {};
}

Result<void> backup(const Options& options)
{
    if (!fs::is_directory(options.data))
        return fail("not-found", "There is no data folder {}.", options.data.string());
    if (fs::exists(options.file))
        return fail("exists", "{} is there already: name another file, or remove it.", options.file.string());
    const auto settings = DataFolder{options.data}.database();
    if (!settings)
        return std::unexpected(settings.error());
    const Stage stage(options.file);
    const auto tree = stage.path() / "tree";
    fs::create_directory(tree);
    copy_files(options.data, tree);
    const auto schema = copy_database(*settings, tree);
    if (!schema)
        return std::unexpected(schema.error());
    const nlohmann::json sheet{{"format", format},
                               {"schema", *schema},
                               {"database", is_postgresql(*settings) ? "postgresql" : "sqlite"},
                               {"version", FARBOOT_VERSION},
                               {"made", std::time(nullptr)}};
    if (auto written = write_file(tree / sheet_name, sheet.dump(2) + "\n", 0600); !written)
        return written;
    const auto made = stage.path() / options.file.filename(); // its name says how it is compressed
    if (auto done = run_program({"tar", "--create", "--auto-compress", "--file=" + made.string(), "--owner=root",
                                 "--group=root", "--directory=" + tree.string(), "."},
                                {});
        !done)
        return done;
    if (auto synced = sync(made); !synced)
        return synced;
    fs::rename(made, options.file);
    fmt::print("{} holds the catalog as it is now, and the keys: keep it where nobody else can read it.\n",
               options.file.string());
    return sync(fs::absolute(options.file).parent_path());
}

Result<void> fill_postgresql(const DatabaseSettings& settings, const fs::path& dump)
{
    {
        Connection connection(settings);
        auto row = connection.run("table-count");
        if (row.next() && catalog::number_of(row, "count") > 0)
            return fail("database-in-use",
                        "The database {} has tables already: make an empty one for what is restored.", settings.name);
    }
    if (auto there = rootfs::find_program("pg_restore", "postgresql-client"); !there)
        return there;
    return run_program({"pg_restore", "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error",
                        "--dbname=" + conninfo(settings), dump.string()},
                       {});
}

Result<void> check_sqlite(const fs::path& file)
{
    Connection connection(DatabaseSettings::sqlite(file));
    auto row = connection.run("quick-check");
    if (!row.next() || row.value(0).toString() != QLatin1String("ok"))
        return fail("backup-malformed", "The database in this backup is damaged: take an older backup.");
    return {};
}

/// What the archive says of itself, if it can be restored by this program.
Result<nlohmann::json> read_sheet(const fs::path& tree, const fs::path& file)
{
    const auto text = read_file(tree / sheet_name);
    auto sheet = text ? nlohmann::json::parse(*text, nullptr, false) : nlohmann::json();
    if (!sheet.is_object() || sheet.value("format", 0) != format || !sheet.contains("schema") ||
        !sheet["schema"].is_number_integer() || !sheet.contains("database"))
        return fail("backup-malformed", "{} is not a backup that \"farboot-server backup\" has made.", file.string());
    if (auto good = no_newer(sheet["schema"].get<std::int64_t>(), file.string()); !good)
        return std::unexpected(good.error());
    return sheet;
}

Result<void> restore(const Options& options)
{
    std::error_code error;
    if (fs::exists(options.data) && (!fs::is_directory(options.data) || !fs::is_empty(options.data)))
        return fail("exists", "{} is not empty: name a folder that is not there yet.", options.data.string());
    const Stage stage(options.data);
    const auto tree = stage.path() / "tree";
    fs::create_directory(tree);
    if (auto done = run_program({"tar", "--extract", "--no-same-owner", "--no-same-permissions",
                                 "--file=" + options.file.string(), "--directory=" + tree.string()},
                                {});
        !done)
        return done;
    const auto sheet = read_sheet(tree, options.file);
    if (!sheet)
        return std::unexpected(sheet.error());
    const bool postgresql = (*sheet)["database"] == "postgresql";
    if (postgresql != !options.database.empty())
        return fail("usage", "{}",
                    postgresql ? "This backup is of a PostgreSQL database: name an empty one with --database."
                               : "This backup is of an SQLite database: leave --database out.");
    if (postgresql) {
        const auto settings = DatabaseSettings::parse(options.database);
        if (!settings)
            return std::unexpected(settings.error());
        if (auto filled = fill_postgresql(*settings, tree / dump_name); !filled)
            return filled;
        fs::remove(tree / dump_name);
        if (auto kept = write_file(tree / "database", options.database + "\n", 0600); !kept)
            return kept;
    } else if (auto good = check_sqlite(tree / sqlite_name); !good) {
        return good;
    }
    fs::remove(tree / sheet_name);
    fs::remove(options.data, error); // the empty folder, if there was one
    fs::rename(tree, options.data);
    fmt::print("{} is as it was when the backup was made. Start the server with it.\n", options.data.string());
    return sync(fs::absolute(options.data).parent_path());
}

} // namespace

void add_backup(CLI::App& app, Chosen& chosen)
{
    const auto options = std::make_shared<Options>();
    const auto add = [&](const char* name, const char* about, Result<void> (*command)(const Options&)) {
        auto* sub = app.add_subcommand(name, about);
        sub->add_option("--data", options->data, "The server's data folder")->required()->type_name("DIR");
        sub->add_option("FILE", options->file, "The archive; catalog.tar.gz and the like are compressed")->required();
        sub->callback([options, &chosen, command] { chosen = [options, command] { return command(*options); }; });
        return sub;
    };
    add("backup", "Write database and keys into one archive, while the server goes on", backup);
    add("restore", "Make a data folder of such an archive", restore)
        ->add_option("--database", options->database, "An empty PostgreSQL database, if the backup is of one")
        ->type_name("URL");
}

} // namespace farboot::server::cli
