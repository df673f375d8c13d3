#include "rootfs/system/pc_session.hpp"

#include "rootfs/base/pause.hpp"
#include "rootfs/record/envelope.hpp"
#include "rootfs/record/record.hpp"
#include "rootfs/system/handed_files.hpp"

#include <fcntl.h>
#include <grp.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace farboot::rootfs
{

using nlohmann::json;

namespace
{

constexpr auto first_pause = std::chrono::seconds(1);
constexpr auto longest_pause = std::chrono::seconds(15);
constexpr std::uint64_t max_answer = 2 << 20; ///< bytes of what a person's program asks for

/// One program at a time begins the session: the token is good for once.
class FolderLock
{
public:
    explicit FolderLock(const std::filesystem::path& folder)
        : folder_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC))
    {
    }
    ~FolderLock()
    {
        if (folder_ >= 0)
            ::close(folder_);
    }
    FolderLock(const FolderLock&) = delete;
    FolderLock& operator=(const FolderLock&) = delete;

    /// False: it was stopped. A folder that cannot be locked holds nobody up.
    [[nodiscard]] bool wait(const std::stop_token& stop) const
    {
        while (::flock(folder_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
            if (!sleep_about(std::chrono::milliseconds(100), stop))
                return false;
        return true;
    }

private:
    int folder_;
};

/// For root alone, whole or not at all.
Result<void> keep(const std::filesystem::path& file, const std::string& secret)
{
    const auto fresh = file.string() + ".new";
    ::unlink(fresh.c_str());
    const int fd = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    const bool written = fd >= 0 && ::write(fd, secret.data(), secret.size()) == static_cast<ssize_t>(secret.size());
    if (fd >= 0)
        ::close(fd);
    if (!written || ::rename(fresh.c_str(), file.c_str()) != 0)
        return fail("io", "This PC's session cannot be kept in {}: {}.", file.string(), std::strerror(errno));
    return {};
}

Result<json> json_of(const Result<HttpResponse>& response)
{
    if (!response)
        return std::unexpected(response.error());
    auto body = json::parse(response->body, nullptr, false);
    if (!body.is_object())
        return fail("bad-answer", "The server's answer is no JSON object.");
    return body;
}

std::string path_of(std::string_view what)
{
    return fmt::format("/api/v1/pc/{}", what);
}

} // namespace

PcSession::PcSession(std::string server, const std::filesystem::path& folder)
    : server_(std::move(server)),
      client_(std::make_unique<HttpClient>(
          TlsTrust{.ca_file = std::filesystem::exists(folder / "ca.pem") ? (folder / "ca.pem").string() : "",
                   .check_dates = true},
          2))
{
}

Result<PcSession> PcSession::open(const std::filesystem::path& folder, const std::stop_token& stop, Away away)
{
    const auto handed = json::parse(handed_file(folder, "server.json"), nullptr, false);
    if (!handed.is_object())
        return fail("not-registered", "{} was not handed over: this system was not started by Farboot's boot menu.",
                    (folder / "server.json").string());
    const auto server = handed.value("server", json());
    if (!server.is_string())
        return fail("handover-malformed", "{} names no server.", (folder / "server.json").string());
    PcSession session(server.get<std::string>(), folder);
    const FolderLock lock(folder);
    if (!lock.wait(stop))
        return fail("cancelled", "It was stopped.");
    session.secret_ = handed_file(folder, "pc-session");
    if (session.secret_.empty())
        if (auto begun = session.begin(folder, stop, away); !begun)
            return std::unexpected(begun.error());
    return session;
}

Result<void> PcSession::begin(const std::filesystem::path& folder, const std::stop_token& stop, Away away)
{
    const auto token = handed_file(folder, "boot-token");
    if (token.empty())
        return fail("not-registered", "{} was not handed over: the server does not register this PC.",
                    (folder / "boot-token").string());
    const auto record = handed_record(folder);
    if (!record)
        return std::unexpected(record.error());
    for (auto wait = first_pause;; wait = std::min<std::chrono::seconds>(wait * 2, longest_pause)) {
        const auto answer =
            tell("system", {{"token", token}, {"record", record->name.text()}, {"number", record->number}}, stop);
        if (answer) {
            const auto secret = answer->value("session", json());
            if (!secret.is_string())
                return fail("bad-answer", "The server's answer has no session.");
            secret_ = secret.get<std::string>();
            break;
        }
        if (away == Away::is_told || answer.error().reason.starts_with("http-4") ||
            answer.error().reason == "bad-answer")
            return std::unexpected(answer.error());
        if (!sleep_about(wait, stop))
            return fail("cancelled", "It was stopped.");
    }
    std::error_code ignored;
    std::filesystem::remove(folder / "boot-token", ignored); // it is good for nothing any more
    return keep(folder / "pc-session", secret_);
}

HttpRequest PcSession::request(std::string_view path, std::string type, std::string body) const
{
    HttpRequest request;
    request.method = "POST";
    request.url = server_ + std::string(path);
    request.headers = {{"Content-Type", std::move(type)}};
    if (!secret_.empty())
        request.headers.emplace_back("Farboot-Pc", secret_);
    request.body = std::move(body);
    return request;
}

Result<json> PcSession::tell(std::string_view what, const json& body, const std::stop_token& stop)
{
    auto text = body.dump(-1, ' ', false, json::error_handler_t::replace);
    return json_of(client_->fetch_ok(request(path_of(what), "application/json", std::move(text)), stop));
}

Result<std::string> PcSession::ask(std::string method, std::string_view path, std::string body,
                                   const std::stop_token& stop)
{
    auto question = request(path, "application/json", std::move(body));
    question.method = std::move(method);
    question.max_body = max_answer;
    auto answer = client_->fetch_ok(std::move(question), stop);
    if (!answer)
        return std::unexpected(answer.error());
    return std::move(answer->body);
}

Result<void> PcSession::send_text(std::string_view what, std::string text, const std::stop_token& stop)
{
    const auto sent = client_->fetch_ok(request(path_of(what), "text/csv", std::move(text)), stop);
    if (!sent)
        return std::unexpected(sent.error());
    return {};
}

Result<void> share_session(const std::filesystem::path& folder, const std::string& group)
{
    const auto file = folder / "pc-session";
    const auto* known = ::getgrnam(group.c_str());
    if (known == nullptr)
        return {};
    const int fd = ::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    const bool shared = fd >= 0 && ::fchown(fd, static_cast<uid_t>(-1), known->gr_gid) == 0 && ::fchmod(fd, 0640) == 0;
    const int error = errno;
    if (fd >= 0)
        ::close(fd);
    if (!shared)
        return fail("io", "{} cannot be given to the group {}: {}.", file.string(), group, std::strerror(error));
    return {};
}

Result<bool> begin_session_for_root(const std::filesystem::path& folder, const std::stop_token& stop)
{
    const auto envelope = Envelope::parse(handed_file(folder, "record.dsse"));
    const auto image = envelope ? image_of(envelope->payload) : std::unexpected(envelope.error());
    if (!image)
        return fail("handover-malformed", "{} is no record of an image.", (folder / "record.dsse").string());
    using Away = PcSession::Away;
    const auto session = PcSession::open(folder, stop, image->audience.empty() ? Away::is_told : Away::is_waited_for);
    if (!session && session.error().reason == "not-registered" && image->audience.empty())
        return false;
    return session ? Result<bool>(true) : std::unexpected(session.error());
}

} // namespace farboot::rootfs
