// A stock QuickFIX initiator that a test steers over its standard input and output.
//
//   quickfix_client SETTINGS          one session, described in QuickFIX's own format
//   quickfix_client --check XML       no session: holds messages against a data dictionary
//
// Commands, one per line:
//   send TYPE TAG=VALUE ...           sends an application message; TransactTime(60) is added
//   logout                            logs out and stays out
//   check 8=FIX.4.4|9=...|            (--check) answers "valid" or "invalid WHY"
// At the end of its input it logs out and ends.
//
// What happens, one line each, as it happens:
//   + / -                             logged on / logged out or disconnected
//   < 8=FIX.4.4|9=...|                a message that QuickFIX took, valid and in its turn
//   > 8=FIX.4.4|9=...|                a message that QuickFIX sends, its Rejects included
//
// Everything of a FIX session (numbers, store, resend, validation) is QuickFIX's own doing.

#include <algorithm>
#include <iostream>
#include <mutex>
#include <sstream>
#include <string>

#include <quickfix/Application.h>
#include <quickfix/DataDictionary.h>
#include <quickfix/FileStore.h>
#include <quickfix/FixFields.h>
#include <quickfix/Message.h>
#include <quickfix/Session.h>
#include <quickfix/SessionSettings.h>
#include <quickfix/SocketInitiator.h>

namespace {

const char SOH = '\001';

// QuickFIX calls from a thread of its own.
void say(const std::string& line) {
  static std::mutex mutex;
  const std::lock_guard<std::mutex> lock(mutex);
  std::cout << line << std::endl;
}

std::string readable(const FIX::Message& message) {
  std::string text = message.toString();
  std::replace(text.begin(), text.end(), SOH, '|');
  return text;
}

class Reporter : public FIX::NullApplication {
public:
  void onLogon(const FIX::SessionID&) override { say("+"); }
  void onLogout(const FIX::SessionID&) override { say("-"); }
  void toAdmin(FIX::Message& message, const FIX::SessionID&) override { say("> " + readable(message)); }
  void toApp(FIX::Message& message, const FIX::SessionID&) throw(FIX::DoNotSend) override {
    say("> " + readable(message));
  }
  void fromAdmin(const FIX::Message& message, const FIX::SessionID&) throw(
      FIX::FieldNotFound, FIX::IncorrectDataFormat, FIX::IncorrectTagValue, FIX::RejectLogon) override {
    say("< " + readable(message));
  }
  void fromApp(const FIX::Message& message, const FIX::SessionID&) throw(
      FIX::FieldNotFound, FIX::IncorrectDataFormat, FIX::IncorrectTagValue,
      FIX::UnsupportedMessageType) override {
    say("< " + readable(message));
  }
};

// Sends what `words` say: TYPE TAG=VALUE ...; with the time of the transaction, if it is `timed`.
void send(std::istringstream& words, const FIX::SessionID& session, const bool timed) {
  FIX::Message message;
  std::string word;
  words >> word;
  message.getHeader().setField(FIX::MsgType(word));
  while (words >> word) {
    const auto equals = word.find('=');
    message.setField(std::stoi(word.substr(0, equals)), word.substr(equals + 1));
  }
  if (timed) {
    message.setField(FIX::TransactTime());
  }
  FIX::Session::sendToTarget(message, session);
}

void serve(const std::string& file) {
  const FIX::SessionSettings settings(file);
  const FIX::SessionID session = *settings.getSessions().begin();
  Reporter reporter;
  FIX::FileStoreFactory store(settings);
  FIX::SocketInitiator initiator(reporter, store, settings);
  initiator.start();
  std::string line;
  while (std::getline(std::cin, line)) {
    std::istringstream words(line);
    std::string command;
    words >> command;
    if (command == "send" || command == "ask") {
      send(words, session, command == "send");
    } else if (command == "logout") {
      FIX::Session::lookupSession(session)->logout();
    } else {
      throw std::invalid_argument("no such command: " + line);
    }
  }
  initiator.stop();
}

void check(const std::string& file) {
  FIX::DataDictionary dictionary(file);
  dictionary.checkUserDefinedFields(false);
  std::string line;
  while (std::getline(std::cin, line)) {
    line.erase(0, std::string("check ").size());
    std::replace(line.begin(), line.end(), '|', SOH);
    try {
      dictionary.validate(FIX::Message(line, dictionary));
      say("valid");
    } catch (const std::exception& error) {
      say(std::string("invalid ") + error.what());
    }
  }
}

}  // namespace

int main(int count, char** arguments) {
  try {
    if (count == 3 && std::string(arguments[1]) == "--check") {
      check(arguments[2]);
    } else if (count == 2) {
      serve(arguments[1]);
    } else {
      std::cerr << "usage: quickfix_client SETTINGS | --check XML" << std::endl;
      return 2;
    }
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "quickfix_client: " << error.what() << std::endl;
    return 1;
  }
}
