#include "pbl/agent/person_login.hpp"

#include "pbl/agent/sentence.hpp"

#include <algorithm>

namespace farboot::agent
{

using nlohmann::json;

namespace
{

constexpr int most_failures = 6; ///< some minutes: codes are good for ten
constexpr std::int64_t least_pause = 2;
constexpr std::int64_t most_pause = 60;

std::int64_t number_in(const json& object, const char* name, std::int64_t fallback)
{
    const auto found = object.find(name);
    return found != object.end() && found->is_number_integer() ? found->get<std::int64_t>() : fallback;
}

} // namespace

PersonLogin::PersonLogin(boost::asio::io_context& loop, const Site& site, Events events)
    : server_(site.server),
      events_(std::move(events)),
      api_(site.server, site.ca_file),
      event_{{"event", "login"}, {"state", "none"}},
      timer_(loop),
      worker_(loop, [this](const std::string& what) { events_.failed("log-in failed: " + what); })
{
}

void PersonLogin::tell(json event)
{
    event_ = std::move(event);
    event_["event"] = "login";
    events_.told(event_);
}

void PersonLogin::tell_state(const char* state)
{
    tell({{"state", state}});
}

void PersonLogin::pause()
{
    timer_.cancel();
    worker_.stop();
}

void PersonLogin::begin(const std::string& session)
{
    timer_.cancel();
    session_ = session;
    failures_ = 0;
    worker_.start([this, session](std::stop_token stop) -> Worker::Continuation {
        auto answer = api_.tell("login", json::object(), session, std::move(stop));
        return [this, answer = std::move(answer)] { began(answer); };
    });
}

void PersonLogin::began(const Result<std::string>& answer)
{
    if (!answer && answer.error().reason == "cancelled")
        return;
    const auto given = answer ? json::parse(*answer, nullptr, false) : json();
    if (!answer || !given.is_object() || !given.value("user_code", json()).is_string()) {
        const Error error = answer ? Error{"login-malformed", "The server's answer has no code."} : answer.error();
        events_.failed("nobody can log in: " + error.sentence);
        const auto sentence = sentence_for(error, {.server = server_});
        return tell({{"state", "failed"}, {"sentence", {{"de", sentence.de}, {"en", sentence.en}}}});
    }
    tell({{"state", "code"},
          {"code", given["user_code"]},
          {"url", given.value("verification_uri", json(""))},
          {"qr", given.value("qr", json::array())}});
    wait(number_in(given, "interval", 5));
}

void PersonLogin::wait(std::int64_t seconds)
{
    timer_.expires_after(std::chrono::seconds(std::clamp(seconds, least_pause, most_pause)));
    timer_.async_wait([this](boost::system::error_code error) {
        if (!error)
            ask();
    });
}

void PersonLogin::ask()
{
    worker_.start([this, session = session_](std::stop_token stop) -> Worker::Continuation {
        auto answer = api_.tell("login/poll", json::object(), session, std::move(stop));
        return [this, answer = std::move(answer)] { answered(answer); };
    });
}

void PersonLogin::answered(const Result<std::string>& answer)
{
    if (!answer && answer.error().reason == "cancelled")
        return;
    const auto given = answer ? json::parse(*answer, nullptr, false) : json();
    if (!given.is_object()) {
        if (++failures_ > most_failures || (!answer && answer.error().reason == "http-401"))
            return tell_state("expired");
        return wait(5L * failures_);
    }
    failures_ = 0;
    const auto state = given.value("state", json());
    if (state == "waiting" || state == "slow-down")
        return wait(number_in(given, "interval", 5));
    if (state == "confirmed") {
        tell_state("none");
        return events_.changed();
    }
    tell_state(state == "refused" ? "refused" : "expired");
}

void PersonLogin::end(const std::string& session)
{
    timer_.cancel();
    worker_.start([this, session](std::stop_token stop) -> Worker::Continuation {
        auto answer = api_.tell("login/end", json::object(), session, std::move(stop));
        return [this, answer = std::move(answer)] {
            if (!answer && answer.error().reason != "http-401")
                events_.failed("logging out failed: " + answer.error().sentence);
            const bool waited = event_.value("state", "") != "none"; // nobody was here yet
            tell_state("none");
            if (!waited)
                events_.changed();
        };
    });
}

} // namespace farboot::agent
