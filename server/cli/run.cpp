#include "server/cli/commands.hpp"
#include "server/cli/data_folder.hpp"
#include "server/cli/log_format.hpp"

#include "server/api/job_runner.hpp"
#include "server/api/metrics.hpp"
#include "server/api/routes.hpp"
#include "server/api/upload_keeper.hpp"
#include "server/http/server.hpp"
#include "server/people/user.hpp"

#include <QString>

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <csignal>
#include <sys/resource.h>
#include <thread>

namespace farboot::server::cli
{

namespace
{

struct Options {
    PrepareOptions prepare;
    std::vector<std::string> listen{"0.0.0.0:8443"};
    std::vector<std::string> listen_plain;
    std::filesystem::path store;
    std::filesystem::path web = FARBOOT_WEB_DIR;
    std::vector<std::string> sources;
    std::vector<std::string> s3_sources;
    std::string s3_region = "us-east-1";
    std::string s3_key_file;
    std::vector<std::string> restricted;
    std::string gui;
    std::vector<std::string> proxies;
    std::vector<std::string> login_networks;
    http::Limits limits;
    int audit_days = 730;
    int report_seconds = 30;
    std::filesystem::path uploads;
    std::uint64_t upload_quota = api::UploadSettings().quota;
    std::uint64_t upload_total = api::UploadSettings().total;
    int upload_days = static_cast<int>(api::UploadSettings().life.count());
    std::filesystem::path ldap;
    std::filesystem::path oidc;
    std::string log = "text";
    std::vector<std::string> metrics;
};

/// Blocks what wait_for_signal() takes; before any thread starts, so that all inherit it.
sigset_t block_signals()
{
    sigset_t set;
    sigemptyset(&set);
    for (const int number : {SIGTERM, SIGINT, SIGHUP})
        sigaddset(&set, number);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    std::signal(SIGPIPE, SIG_IGN); // a client that goes is an error of its write
    return set;
}

void set_up_log(const std::string& format)
{
    auto logger = spdlog::stderr_logger_mt("farboot-server");
    logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
    if (format == "json")
        logger->set_formatter(std::make_unique<JsonFormatter>());
    logger->flush_on(spdlog::level::trace);
    spdlog::set_default_logger(std::move(logger));
    qInstallMessageHandler([](QtMsgType, const QMessageLogContext&, const QString& text) {
        spdlog::warn("event=qt text=\"{}\"", text.simplified().toStdString());
    });
}

/// Each connection and each file that is sent needs a descriptor.
void allow_many_files()
{
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

Result<std::optional<std::string>> gui_series(const std::string& option)
{
    if (option.empty())
        return std::nullopt;
    if (option == "none")
        return std::string();
    const auto name = rootfs::RecordName::parse(option);
    if (!name || name->type != "gui")
        return fail("usage", "--gui takes a record such as gui/standard, or none, not \"{}\".", option);
    return name->series;
}

Result<void> check_sources(const std::vector<std::string>& sources)
{
    for (const auto& url : sources)
        if (!url.starts_with("https://") && !url.starts_with("http://"))
            return fail("usage", "--source takes a store's URL, https://…, not \"{}\".", url);
    return {};
}

Result<std::vector<Subnet>> parse_subnets(const char* option, const std::vector<std::string>& texts)
{
    std::vector<Subnet> subnets;
    for (const auto& text : texts) {
        const auto subnet = Subnet::parse(text);
        if (!subnet)
            return fail("usage", "{}: {}", option, subnet.error().sentence);
        subnets.push_back(*subnet);
    }
    return subnets;
}

/// The key is looked for only where a source needs it.
Result<SignedSources> sign_sources(const Options& options)
{
    rootfs::S3Key key;
    if (!options.s3_sources.empty()) {
        auto loaded = rootfs::S3Key::load(options.s3_key_file);
        if (!loaded)
            return std::unexpected(loaded.error());
        key = std::move(*loaded);
    }
    SignedSources sources(rootfs::S3Signer(std::move(key), options.s3_region));
    for (const auto& url : options.s3_sources)
        if (auto added = sources.add(url); !added)
            return std::unexpected(added.error());
    return sources;
}

Result<void> listen_everywhere(http::Server& server, const Options& options)
{
    const auto listen = [&](const std::string& address, bool tls) -> Result<void> {
        const auto real = server.listen(address, tls);
        if (!real)
            return std::unexpected(real.error());
        spdlog::info("event=listening url={}://{}", tls ? "https" : "http", *real);
        return {};
    };
    for (const auto& address : options.listen)
        if (auto done = listen(address, true); !done)
            return done;
    for (const auto& address : options.listen_plain)
        if (auto done = listen(address, false); !done)
            return done;
    return {};
}

/// Until SIGTERM or SIGINT. Looks at the certificate every minute, since the clock may have been set, and at once on
/// SIGHUP.
void serve(const sigset_t& signals, http::Server& server, Authority& authority, api::Hosts& hosts)
{
    while (true) {
        const timespec minute{60, 0};
        const int number = sigtimedwait(&signals, nullptr, &minute);
        if (number == SIGTERM || number == SIGINT)
            return;
        if (number < 0 && errno == EINTR)
            continue;
        const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
        const auto renewed = authority.renew(now);
        if (!renewed)
            spdlog::error("event=certificate error=\"{}\"", renewed.error().sentence);
        if (number != SIGHUP && !(renewed && *renewed))
            continue;
        if (const auto used = server.use_certificate({authority.certificate(), authority.key()}); !used)
            spdlog::error("event=certificate error=\"{}\"", used.error().sentence);
        else
            spdlog::info("event=certificate names={}", fmt::join(authority.names(), ","));
        hosts.replace(authority.names());
    }
}

/// Nothing without a file.
Result<std::optional<Directory>> open_directory(const std::filesystem::path& file)
{
    if (file.empty())
        return std::nullopt;
    auto settings = read_directory_settings(file);
    if (!settings)
        return std::unexpected(settings.error());
    return Directory(std::move(*settings));
}

Result<std::optional<OidcSettings>> provider_settings(const std::filesystem::path& file)
{
    if (file.empty())
        return std::nullopt;
    auto settings = read_provider_settings(file);
    if (!settings)
        return std::unexpected(settings.error());
    return std::move(*settings);
}

Result<void> run(const Options& options)
{
    const auto signals = block_signals();
    set_up_log(options.log);
    allow_many_files();
    const auto gui = gui_series(options.gui);
    if (!gui)
        return std::unexpected(gui.error());
    if (auto good = check_sources(options.sources); !good)
        return good;
    auto proxies = parse_subnets("--proxy", options.proxies);
    if (!proxies)
        return std::unexpected(proxies.error());
    auto login_networks = parse_subnets("--login-network", options.login_networks);
    if (!login_networks)
        return std::unexpected(login_networks.error());
    auto metrics_readers = parse_subnets("--metrics", options.metrics);
    if (!metrics_readers)
        return std::unexpected(metrics_readers.error());
    const auto directory = open_directory(options.ldap);
    if (!directory)
        return std::unexpected(directory.error());
    auto oidc = provider_settings(options.oidc);
    if (!oidc)
        return std::unexpected(oidc.error());
    auto prepared = prepare(options.prepare);
    if (!prepared)
        return std::unexpected(prepared.error());
    Audiences audiences(prepared->store_secret);
    for (const auto& option : options.restricted)
        if (auto added = audiences.add(option); !added)
            return added;
    const auto signed_sources = sign_sources(options);
    if (!signed_sources)
        return std::unexpected(signed_sources.error());
    auto sources = options.sources;
    for (const auto& url : signed_sources->urls())
        sources.push_back(url);
    auto database = catalog::Database::open(prepared->database);
    if (!database)
        return std::unexpected(database.error());
    const PcChallenges challenges(prepared->pc_secret);
    auto hashing = std::make_unique<Workers>(1, 16);
    auto asking = std::make_unique<Workers>(4, 64);
    const auto provider = *oidc ? std::make_unique<const OidcProvider>(std::move(**oidc)) : nullptr;
    api::Intakes intakes(options.store, audiences);
    auto storing = std::make_unique<Workers>(2, 256);
    catalog::Snapshots snapshots(**database);
    api::Hosts hosts(prepared->authority.names());
    api::Throttle throttle(5, std::chrono::seconds(20));
    api::Metrics metrics;
    const api::Context context{
        .database = **database,
        .snapshots = snapshots,
        .online_key = prepared->online_key,
        .hosts = hosts,
        .hashing = *hashing,
        .throttle = throttle,
        .audiences = audiences,
        .challenges = challenges,
        .signed_sources = *signed_sources,
        .intakes = intakes,
        .storing = *storing,
        .store = options.store,
        .pages = options.web,
        .sources = std::move(sources),
        .gui = *gui,
        .directory = *directory ? &**directory : nullptr,
        .asking = asking.get(),
        .provider = provider.get(),
        .login_networks = std::move(*login_networks),
        .audit_life = std::chrono::days(options.audit_days),
        .report_every = std::chrono::seconds(options.report_seconds),
        .first_password = prepared->folder.password_file(),
        .now = [] { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); },
        .uploads = {.folder =
                        uploads::Folder(options.uploads.empty() ? prepared->folder.path / "uploads" : options.uploads),
                    .quota = options.upload_quota,
                    .total = options.upload_total,
                    .life = std::chrono::days(options.upload_days)},
        .metrics = &metrics,
        .metrics_readers = std::move(*metrics_readers)};
    http::Router router;
    api::add_all_routes(router, context);

    http::Server server(std::move(router), options.limits, http::Proxies(std::move(*proxies)), &metrics);
    if (auto used = server.use_certificate({prepared->authority.certificate(), prepared->authority.key()}); !used)
        return used;
    if (auto listening = listen_everywhere(server, options); !listening)
        return listening;
    server.start(std::max(2U, std::thread::hardware_concurrency()));
    auto jobs = std::make_unique<api::JobRunner>(context);
    auto keeper = std::make_unique<api::UploadKeeper>(context);
    serve(signals, server, prepared->authority, hosts);
    spdlog::info("event=stopping");
    jobs.reset();
    keeper.reset();
    server.stop();
    // What these still finish is handed back to the server's stopped threads: it must be there until they are gone.
    hashing.reset();
    asking.reset();
    storing.reset();
    database->reset();
    spdlog::info("event=stopped");
    return {};
}

} // namespace

void add_run(CLI::App& app, Chosen& chosen)
{
    const auto options = std::make_shared<Options>();
    auto* sub =
        app.add_subcommand("run", "Serve, until SIGTERM; makes what is missing in the data folder first, as init does");
    sub->add_option("--data", options->prepare.data, "The server's data folder")->required()->type_name("DIR");
    sub->add_option("--name", options->prepare.names,
                    "A host name or IP address that clients use; more than once for more")
        ->type_name("HOST");
    sub->add_option("--listen", options->listen, "Address and port for HTTPS")
        ->type_name("ADDR:PORT")
        ->capture_default_str();
    sub->add_option("--listen-plain", options->listen_plain,
                    "Address and port for HTTP: for a proxy on this machine, or a trusted network")
        ->type_name("ADDR:PORT");
    sub->add_option("--store", options->store, "The image store that is served as /store")
        ->required()
        ->type_name("DIR");
    sub->add_option("--web", options->web, "Where the pages menu and admin are")
        ->type_name("DIR")
        ->capture_default_str();
    sub->add_option("--source", options->sources,
                    "A store that menus name; more than once for more; without it, this server's own")
        ->type_name("URL");
    sub->add_option("--s3-source", options->s3_sources,
                    "The same, of an S3 store (https://endpoint/bucket/prefix): images that are not for everybody are "
                    "read there with pre-signed addresses; more than once for more")
        ->type_name("URL");
    sub->add_option("--s3-region", options->s3_region, "The region of these buckets (or AWS_REGION)")
        ->type_name("NAME")
        ->envname("AWS_REGION")
        ->capture_default_str();
    sub->add_option("--s3-key-file", options->s3_key_file,
                    "File (mode 0600) with a key that may read them, as ~/.aws/credentials has it; without it, "
                    "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY of the environment")
        ->type_name("FILE");
    sub->add_option(
           "--restricted", options->restricted,
           "An audience of images that are not for everybody, and the networks of its PCs, as in "
           "exam=10.1.0.0/16,2001:db8:1::/48, or its name alone, for enrolled PCs of its locations; more than once "
           "for more")
        ->type_name("NAME[=NETWORKS]");
    sub->add_option("--gui", options->gui,
                    "The graphical layer that menus name, gui/NAME or none; without it, the one published last")
        ->type_name("RECORD");
    sub->add_option(
           "--proxy", options->proxies,
           "Address or subnet of a proxy in front of this server, whose X-Forwarded-For counts; more than once "
           "for more")
        ->type_name("SUBNET");
    sub->add_option(
           "--login-network", options->login_networks,
           "A network of PCs that people may log in at though their keys are not confirmed; more than once for "
           "more")
        ->type_name("SUBNET");
    sub->add_option("--connections", options->limits.connections, "Connections at once")
        ->check(CLI::Range(16, 1000000))
        ->capture_default_str();
    sub->add_option("--connections-per-address", options->limits.connections_per_address,
                    "The same from one IPv4 address or IPv6 /64")
        ->check(CLI::Range(1, 1000000))
        ->capture_default_str();
    const auto seconds = [sub](const char* name, std::chrono::milliseconds& value, const char* sentence) {
        sub->add_option_function<int>(
               name, [&value](int count) { value = std::chrono::seconds(count); }, sentence)
            ->check(CLI::Range(1, 3600))
            ->type_name("SECONDS")
            ->default_str(std::to_string(std::chrono::floor<std::chrono::seconds>(value).count()));
    };
    seconds("--header-seconds", options->limits.header_deadline,
            "How long a client may take for a request's header, and for the handshake of TLS");
    seconds("--body-seconds", options->limits.body_deadline,
            "The same for a body; an upload has a second more for each 8 KiB");
    seconds("--idle-seconds", options->limits.idle, "How long a connection is kept between two requests");
    seconds("--stall-seconds", options->limits.write_stall,
            "How long a client may take nothing of an answer that is sent to it");
    sub->add_option("--requests-per-address", options->limits.requests_per_second,
                    "Requests in a second, in the long run, from one IPv4 address or IPv6 /64, which a whole room may "
                    "share; 0: any number")
        ->check(CLI::Range(0, 1000000))
        ->capture_default_str();
    sub->add_option("--request-burst", options->limits.request_burst, "The same at once, after a silence")
        ->check(CLI::Range(1, 10000000))
        ->capture_default_str();
    sub->add_option(
           "--bytes-per-address", options->limits.bytes_per_second,
           "Bytes in a second that are sent to such an address, in the long run, and a minute's worth at once; "
           "0: any number")
        ->transform(CLI::AsSizeValue(false))
        ->capture_default_str();
    sub->add_option("--report-seconds", options->report_seconds,
                    "How long a PC waits between two reports, by chance up to a fifth less or more: so long an admin's "
                    "command may take to reach it. The administration takes one as silent after three minutes")
        ->check(CLI::Range(5, 120))
        ->capture_default_str();
    sub->add_option("--metrics", options->metrics,
                    "Address or subnet that may read /metrics without a login; more than once for more. Others need "
                    "the right catalog.read")
        ->type_name("SUBNET");
    sub->add_option("--log", options->log, "How the log on the standard error is written")
        ->check(CLI::IsMember({"text", "json"}))
        ->capture_default_str();
    sub->add_option("--ldap", options->ldap,
                    "A file that says where the directory is that users log in with, as docs/users.md describes it")
        ->type_name("FILE");
    sub->add_option("--oidc", options->oidc,
                    "A file that says which OpenID Connect provider users log in with, as docs/users.md describes it")
        ->type_name("FILE");
    sub->add_option(
           "--uploads", options->uploads,
           "Where files lie that people send by tus; without it, the folder uploads in the data folder. Several "
           "servers of one database share it")
        ->type_name("DIR");
    sub->add_option("--upload-quota", options->upload_quota,
                    "Bytes that the uploads of one user may take, unless he has a quota of his own")
        ->transform(CLI::AsSizeValue(true))
        ->check(CLI::Range(std::uint64_t{0}, people::max_upload_quota))
        ->capture_default_str();
    sub->add_option("--upload-total", options->upload_total, "Bytes that all uploads may take together")
        ->transform(CLI::AsSizeValue(true))
        ->check(CLI::Range(std::uint64_t{0}, people::max_upload_quota))
        ->capture_default_str();
    sub->add_option("--upload-days", options->upload_days,
                    "Days after which an upload that is not whole goes, if nothing has come meanwhile")
        ->check(CLI::Range(1, 3650))
        ->capture_default_str();
    sub->add_option("--audit-days", options->audit_days,
                    "How long the audit log is kept, in days; 0: for ever. What is older goes, once a day, at most 30 "
                    "days of it")
        ->check(CLI::Range(0, 36500))
        ->capture_default_str();
    sub->callback([options, &chosen] { chosen = [options] { return run(*options); }; });
}

} // namespace farboot::server::cli
