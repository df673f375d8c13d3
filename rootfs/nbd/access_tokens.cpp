#include "rootfs/nbd/access_tokens.hpp"

#include "rootfs/nbd/access_grant.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>

namespace farboot::rootfs
{

namespace
{

/// Paths that are remembered as likely to be wanted: those of a store of some terabytes.
constexpr std::size_t most_expected = 65'536;

/// The secret in the file; empty unless it can stand in a header.
std::string secret_in(const std::filesystem::path& file)
{
    std::string secret(257, '\0');
    std::ifstream stream(file, std::ios::binary);
    stream.read(secret.data(), static_cast<std::streamsize>(secret.size()));
    secret.resize(static_cast<std::size_t>(stream.gcount()));
    const auto is_printable = [](char c) { return c > 0x20 && c < 0x7f; };
    return secret.size() <= 256 && std::ranges::all_of(secret, is_printable) ? secret : std::string();
}

} // namespace

AccessTokens::AccessTokens(std::string url, TlsTrust trust, std::filesystem::path session)
    : url_(std::move(url)), trust_(std::move(trust)), session_(std::move(session))
{
}

AccessTokens::~AccessTokens()
{
    client_.reset(); // what it still calls uses all the above
}

std::shared_ptr<AccessTokens::Entry> AccessTokens::entry(const Place& place)
{
    const std::lock_guard lock(mutex_);
    if (!client_)
        client_ = std::make_unique<HttpClient>(trust_, 2);
    auto& found = entries_[place];
    if (!found)
        found = std::make_shared<Entry>();
    return found;
}

std::optional<AccessPass> AccessTokens::usable(Entry& entry, const std::string& path, bool* renew)
{
    const std::lock_guard lock(mutex_);
    const auto now = Clock::now();
    const Grant* grant = nullptr;
    if (entry.token)
        grant = &*entry.token;
    else if (const auto found = entry.files.find(path); found != entry.files.end())
        grant = &found->second;
    if (grant == nullptr || now >= grant->good_until)
        return std::nullopt;
    if (renew != nullptr && now >= grant->renew_at && !entry.renewing)
        *renew = entry.renewing = true;
    return grant->pass;
}

std::vector<std::string> AccessTokens::to_ask_for(Entry& entry, const std::string& path)
{
    const std::lock_guard lock(mutex_);
    const auto now = Clock::now();
    std::vector<std::string> paths{path};
    // From this one on, round to where it stands: images with many files ask for them in turn.
    auto next = entry.expected.upper_bound(path);
    for (std::size_t seen = 0; seen < entry.expected.size() && paths.size() < most_paths; ++seen) {
        if (next == entry.expected.end())
            next = entry.expected.begin();
        const auto found = entry.files.find(*next);
        if (*next != path && (found == entry.files.end() || now >= found->second.renew_at))
            paths.push_back(*next);
        ++next;
    }
    return paths;
}

HttpRequest AccessTokens::request(const Place& place, const std::vector<std::string>& paths) const
{
    HttpRequest request;
    request.method = "POST";
    request.url = url_;
    request.headers = {{"Content-Type", "application/json"}};
    if (!session_.empty())
        if (auto secret = secret_in(session_); !secret.empty())
            request.headers.emplace_back("Farboot-Pc", std::move(secret));
    request.body = nlohmann::json{{"audience", place.audience}, {"source", place.source}, {"paths", paths}}.dump();
    request.connect_timeout = std::chrono::milliseconds(5'000);
    request.stall_timeout = std::chrono::milliseconds(10'000);
    request.max_body = most_paths * std::size_t{8192};
    return request;
}

Result<void> AccessTokens::take(Entry& entry, const std::vector<std::string>& paths, const Result<HttpResponse>& answer)
{
    const auto now = Clock::now();
    const std::lock_guard lock(mutex_);
    entry.renewing = false;
    if (!answer)
        return std::unexpected(answer.error());
    auto granted = answer->status == 200 ? AccessGrant::parse(answer->body) : std::nullopt;
    if (!granted || (granted->token.empty() && !granted->queries.contains(paths.front())))
        return fail("bad-answer", "{}: this is not a token for restricted images. Check what runs at this address.",
                    url_);
    const auto good_until = now + granted->life;
    const auto renew_at = now + granted->life * 2 / 3;
    entry.token.reset();
    if (!granted->token.empty()) {
        entry.token = {{granted->token, {}}, good_until, renew_at};
        return {};
    }
    std::erase_if(entry.files, [&](const auto& file) { return now >= file.second.good_until; });
    for (const auto& path : paths)
        if (auto query = granted->queries.extract(path))
            entry.files[path] = {{{}, std::move(query.mapped())}, good_until, renew_at};
    return {};
}

Result<AccessPass> AccessTokens::get(const Place& place, const std::string& path, const Patience& patience)
{
    if (url_.empty())
        return fail("token-refused",
                    "The image is for the audience {} alone, and nobody has said where to ask for leave to read it. "
                    "Add \"tokens\" to the list of sources.",
                    place.audience);
    const auto found = entry(place);
    bool is_due = false;
    if (auto pass = usable(*found, path, &is_due)) {
        if (is_due)
            renew(place, path, found);
        return *std::move(pass);
    }
    const std::lock_guard asking(found->asking);
    if (auto pass = usable(*found, path)) // somebody else has asked meanwhile
        return *std::move(pass);
    const auto paths = to_ask_for(*found, path);
    auto answer = client_->fetch_ok(request(place, paths), patience.stop);
    if (!answer && answer.error().reason == "http-403")
        answer = fail("token-refused", "{}", answer.error().sentence);
    if (auto taken = take(*found, paths, answer); !taken)
        return std::unexpected(std::move(taken.error()));
    if (auto pass = usable(*found, path))
        return *std::move(pass);
    return fail("stalled", "{}: what opens {} had ended when it came.", url_, path); // a PC that was asleep
}

void AccessTokens::renew(const Place& place, const std::string& path, const std::shared_ptr<Entry>& entry)
{
    const auto paths = to_ask_for(*entry, path);
    client_->start(request(place, paths), [this, entry, paths](Result<HttpResponse> answer) {
        if (take(*entry, paths, answer))
            return;
        const std::lock_guard lock(mutex_);
        const auto again = Clock::now() + std::chrono::seconds(10);
        const auto put_off = [&](Grant& grant) { grant.renew_at = std::min(grant.good_until, again); };
        if (entry->token)
            put_off(*entry->token);
        for (auto& [name, grant] : entry->files)
            if (grant.renew_at < again)
                put_off(grant);
    });
}

void AccessTokens::expect(const Place& place, const std::vector<std::string>& paths)
{
    const auto found = entry(place);
    const std::lock_guard lock(mutex_);
    if (found->expected.size() + paths.size() > most_expected)
        found->expected.clear();
    found->expected.insert(paths.begin(), paths.end());
}

void AccessTokens::drop(const Place& place, const std::string& path, const AccessPass& pass)
{
    const auto found = entry(place);
    const std::lock_guard lock(mutex_);
    if (found->token && found->token->pass == pass)
        found->token.reset();
    if (const auto file = found->files.find(path); file != found->files.end() && file->second.pass == pass)
        found->files.erase(file);
}

} // namespace farboot::rootfs
